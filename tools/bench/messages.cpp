// SPDX-License-Identifier: MIT
// Messages of 64 bytes between two processes: one way, and there and back.
#include <multiprocessing/pipe.hpp>
#include <multiprocessing/queue.hpp>

#include "figures.hpp"
#include "message_peers.hpp"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <system_error>

namespace bench {
namespace {

namespace mp = multiprocessing;

const std::string silent(text_bytes, 's');
const std::string to_be_answered(text_bytes, 'a');
const std::string no_more(text_bytes, 'n');

struct OurPipe {
  std::pair<mp::Connection<std::string>, mp::Connection<std::string>> ends = mp::Pipe<std::string>(false);
  void put(const std::string& text) { ends.second.send(text); }
  std::string get() { return ends.first.recv(); }
};

// A child that answers what wants an answer.
template <class Way>
class Answerer {
 public:
  Answerer() : child_(::fork()) {
    if (child_ < 0) throw std::system_error(errno, std::generic_category(), "fork");
    if (child_ == 0) be_child();
  }
  Answerer(const Answerer&) = delete;
  Answerer& operator=(const Answerer&) = delete;
  ~Answerer() {
    there_.put(no_more);
    ::waitpid(child_, nullptr, 0);
  }
  double one_way(std::size_t messages) {
    return seconds([&] {
      for (std::size_t i = 1; i != messages; ++i) there_.put(silent);
      round_trip();
    });
  }
  double round_trips(std::size_t count) {
    return seconds([&] {
      for (std::size_t i = 0; i != count; ++i) round_trip();
    });
  }

 private:
  void round_trip() {
    there_.put(to_be_answered);
    back_.get();
  }
  [[noreturn]] void be_child() {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent_) ::_exit(1);
    while (true) {
      const std::string text = there_.get();
      if (text[0] == no_more[0]) ::_exit(0);
      if (text[0] == to_be_answered[0]) back_.put(text);
    }
  }

  const pid_t parent_ = ::getpid();
  Way there_;
  Way back_;
  const pid_t child_;
};

template <class Ours, class Peer>
Row one_way(const Setting& setting, Row row, std::size_t messages) {
  Answerer<Ours> ours;
  Answerer<Peer> peer;
  compare(row, setting.samples, {messages, [&] { return ours.one_way(messages); }},
          {messages, [&] { return peer.one_way(messages); }});
  return row;
}
template <class Ours, class Peer>
Row round_trip(const Setting& setting, Row row, std::size_t trips) {
  Answerer<Ours> ours;
  Answerer<Peer> peer;
  compare(row, setting.samples, {trips, [&] { return ours.round_trips(trips); }},
          {trips, [&] { return peer.round_trips(trips); }});
  return row;
}

}  // namespace

std::vector<Row> measure_queue(const Setting& setting) {
  using Ours = mp::Queue<std::string>;
  const char* const peer = "Boost message_queue";
  return {
      one_way<Ours, BoostQueue>(
          setting, {.subject = "one way", .unit = "ns", .peer_name = peer, .limit = Limit::ratio, .goal = 0.5}, 50'000),
      round_trip<Ours, BoostQueue>(
          setting, {.subject = "round trip", .unit = "us", .peer_name = peer, .limit = Limit::ratio, .goal = 1},
          2'000)};
}

std::vector<Row> measure_pipe(const Setting& setting) {
  return {
      round_trip<OurPipe, RawPipe>(setting, {.subject = "round trip", .unit = "us", .peer_name = "raw pipe"}, 2'000)};
}

}  // namespace bench
