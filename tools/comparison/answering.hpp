// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/process.hpp>
#include <multiprocessing/queue.hpp>

#include "empty_task.hpp"

#include <sys/types.h>

#include <climits>
#include <thread>

namespace compare {

constexpr int no_more = INT_MAX;

// The library's queue of T, as a way.
template <class T>
class QueueWay {
 public:
  void send(const T& value) { queue_.put(value); }
  T receive() { return queue_.get(); }

 private:
  multiprocessing::Queue<T> queue_;
};

// What an answering process or thread does: run tasks until there are no more.
template <class Way>
void answer(Way& there, Way& back) {
  for (int item = there.receive(); item != no_more; item = there.receive()) back.send(empty_task(item));
}

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

// The caller and one other, a DaemonProcess or a std::thread: one number there, and the next one back.
template <class Way, class Other>
class Pair {
 public:
  Pair() : other_([this] { answer(there_, back_); }) {}
  Pair(const Pair&) = delete;
  Pair& operator=(const Pair&) = delete;
  ~Pair() {
    there_.send(no_more);
    other_.join();
  }
  void round_trips(long count) {
    for (long i = 0; i != count; ++i) {
      ++item_;
      there_.send(item_);
      check_answer(item_, back_.receive());
    }
  }
  Other& other() { return other_; }
  Way& there() { return there_; }

 private:
  Way there_;
  Way back_;
  int item_ = 0;
  Other other_;
};

template <class Way>
using TwoProcesses = Pair<Way, DaemonProcess>;
template <class Way>
using TwoThreads = Pair<Way, std::thread>;

}  // namespace compare
