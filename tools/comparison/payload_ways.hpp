// SPDX-License-Identifier: MIT
#pragma once

#include "memory.hpp"
#include "turns.hpp"

#include <multiprocessing/pool.hpp>
#include <multiprocessing/thread_pool.hpp>

#include <cstddef>
#include <vector>

namespace compare {

// One worker of each kind, for payloads up to a size. Make one at a time: the Array that its Pool works on is static.
class PayloadWorkers {
 public:
  explicit PayloadWorkers(std::size_t largest_bytes);
  PayloadWorkers(const PayloadWorkers&) = delete;
  PayloadWorkers& operator=(const PayloadWorkers&) = delete;
  ~PayloadWorkers();

  multiprocessing::Pool& processes() { return processes_; }
  multiprocessing::ThreadPool& threads() { return threads_; }

 private:
  struct SharedArray {
    explicit SharedArray(std::size_t size_bytes);
  };
  SharedArray array_;  // before the pool forks
  multiprocessing::Pool processes_{1};
  multiprocessing::ThreadPool threads_{1};
};

// All ways in which a payload of one size comes to a worker. What is written in this process is kept from the children
// of fork_map: else those writes would be the first after a fork, and copy pages.
class PayloadWays {
 public:
  PayloadWays(std::size_t size, PayloadWorkers& workers);
  std::vector<Contender> contenders();  // us; they refer to this

 private:
  void copy();
  void by_value();
  void by_reference();
  void inherit();
  void in_place();

  std::size_t size_;
  PayloadWorkers& workers_;
  const std::vector<unsigned char> payload_;
  const Ballast there_;
  const Ballast back_;
};

}  // namespace compare
