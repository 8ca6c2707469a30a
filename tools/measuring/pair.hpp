// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/process.hpp>
#include <multiprocessing/queue.hpp>

#include "empty_task.hpp"

#include <sys/types.h>

#include <climits>
#include <thread>
#include <type_traits>
#include <utility>

namespace measuring {

// The library's queue of T, as a way.
template <class T>
class QueueWay {
 public:
  void send(const T& value) { queue_.put(value); }
  T receive() { return queue_.get(); }

 private:
  multiprocessing::Queue<T> queue_;
};

// A process of its own, forked by the constructor, that ends with this one at the latest.
class DaemonProcess {
 public:
  template <class Body>
  explicit DaemonProcess(Body body) : process_(std::move(body)) {
    process_.set_daemon(true);
    process_.start();
  }
  pid_t pid() const { return process_.pid(); }
  void join() { process_.join(); }

 private:
  multiprocessing::Process process_;
};

// The caller and one other, a DaemonProcess or a std::thread, and a way to it and one back. The other calls
// `answer(value, back)` for each value that it is sent, and ends at `no_more`.
template <class Way, class Other = DaemonProcess>
class Pair {
 public:
  using Value = std::remove_cvref_t<decltype(std::declval<Way&>().receive())>;

  template <class Answer>
  Pair(Value no_more, Answer answer)
      : no_more_(std::move(no_more)), other_([this, answer = std::move(answer)] {
          for (Value value = there_.receive(); value != no_more_; value = there_.receive()) answer(value, back_);
        }) {}
  Pair(const Pair&) = delete;
  Pair& operator=(const Pair&) = delete;
  ~Pair() {
    there_.send(no_more_);
    other_.join();
  }
  void send(const Value& value) { there_.send(value); }
  Value receive() { return back_.receive(); }
  Way& there() { return there_; }
  Other& other() { return other_; }

 private:
  const Value no_more_;
  Way there_;
  Way back_;
  Other other_;
};

// One number there, and the next one back.
template <class Way, class Other>
class NumberPair : public Pair<Way, Other> {
 public:
  NumberPair() : Pair<Way, Other>(INT_MAX, [](int item, Way& back) { back.send(empty_task(item)); }) {}
  void round_trips(long count) {
    for (long i = 0; i != count; ++i) {
      ++item_;
      this->send(item_);
      check_answer(item_, this->receive());
    }
  }

 private:
  int item_ = 0;
};

template <class Way>
using TwoProcesses = NumberPair<Way, DaemonProcess>;
template <class Way>
using TwoThreads = NumberPair<Way, std::thread>;

}  // namespace measuring
