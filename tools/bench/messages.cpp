// SPDX-License-Identifier: MIT
// Messages of 64 bytes between two processes: one way, and there and back.
#include <multiprocessing/pipe.hpp>

#include "figures.hpp"
#include "message_peers.hpp"
#include "pair.hpp"
#include "python_peer.hpp"

namespace bench {
namespace {

namespace mp = multiprocessing;

const std::string silent(text_bytes, 's');
const std::string to_be_answered(text_bytes, 'a');
const std::string no_more(text_bytes, 'n');

class OurPipe {
 public:
  void send(const std::string& text) { ends_.second.send(text); }
  std::string receive() { return ends_.first.recv(); }

 private:
  std::pair<mp::Connection<std::string>, mp::Connection<std::string>> ends_ = mp::Pipe<std::string>(false);
};

// The other one answers what wants an answer.
template <class Way>
class TextPair : public measuring::Pair<Way> {
 public:
  TextPair()
      : measuring::Pair<Way>(no_more, [](const std::string& text, Way& back) {
          if (text[0] == to_be_answered[0]) back.send(text);
        }) {}
  Sampler one_way(std::size_t messages) {
    return per_item(messages, [this, messages] {
      for (std::size_t i = 1; i != messages; ++i) this->send(silent);
      round_trip();
    });
  }
  Sampler round_trips(std::size_t count) {
    return per_item(count, [this, count] {
      for (std::size_t i = 0; i != count; ++i) round_trip();
    });
  }

 private:
  void round_trip() {
    this->send(to_be_answered);
    this->receive();
  }
};

constexpr std::size_t messages = 50'000;
constexpr std::size_t trips = 2'000;
// An interpreter's message takes far longer.
constexpr std::size_t python_messages = 2'000;
constexpr std::size_t python_trips = 500;

constexpr const char* boost_queue = "Boost message_queue";
constexpr const char* raw_pipe = "raw pipe";
constexpr const char* python_queue = "CPython Queue";

Row compared(Row row, const Setting& setting, const Sampler& ours, const Sampler& peer) {
  compare(row, setting.samples, ours, peer);
  return row;
}

Row one_way(const char* peer) { return {.subject = "Queue, one way", .unit = "us", .peer_name = peer}; }
Row round_trip(const char* peer) { return {.subject = "Queue, there and back", .unit = "us", .peer_name = peer}; }
Row within(double goal, Row row) {
  row.limit = Limit::ratio;
  row.goal = goal;
  return row;
}

PythonPeer python(const char* what, std::size_t items) {
  return PythonPeer({what, std::to_string(items), std::to_string(text_bytes)}, items);
}

}  // namespace

std::vector<Row> measure_queue(const Setting& setting) {
  PythonPeer python_one_way = python("one-way", python_messages);
  PythonPeer python_round_trip = python("round-trip", python_trips);
  TextPair<measuring::QueueWay<std::string>> ours;
  TextPair<BoostQueue> boost;
  TextPair<PipeOfTexts> pipe;
  const Sampler our_way = ours.one_way(messages);
  const Sampler our_trip = ours.round_trips(trips);
  return {compared(within(0.5, one_way(boost_queue)), setting, our_way, boost.one_way(messages)),
          compared(one_way(raw_pipe), setting, our_way, pipe.one_way(messages)),
          python_one_way.compared(one_way(python_queue), setting.samples, our_way),
          compared(within(1, round_trip(boost_queue)), setting, our_trip, boost.round_trips(trips)),
          compared(round_trip(raw_pipe), setting, our_trip, pipe.round_trips(trips)),
          python_round_trip.compared(round_trip(python_queue), setting.samples, our_trip)};
}

// On one CPU. On two the scheduler's choice, to put a pair on one or on both, makes more difference than the pipe.
std::vector<Row> measure_pipe(const Setting& setting) {
  stay_on_one_cpu();
  TextPair<OurPipe> ours;
  TextPair<PipeOfTexts> pipe;
  return {compared({.subject = "Pipe, there and back, on one CPU", .unit = "us", .peer_name = raw_pipe}, setting,
                   ours.round_trips(trips), pipe.round_trips(trips))};
}

}  // namespace bench
