// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <memory>

namespace bench {

// boost::asio::thread_pool, each task with a promise, each result by its future. Make it after the pools have forked.
class AsioPeer {
 public:
  explicit AsioPeer(int threads);
  AsioPeer(const AsioPeer&) = delete;
  AsioPeer& operator=(const AsioPeer&) = delete;
  ~AsioPeer();
  void run(std::size_t tasks);

 private:
  class Threads;
  std::unique_ptr<Threads> threads_;
};

}  // namespace bench
