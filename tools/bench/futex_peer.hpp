// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstdint>

namespace bench {

// Two processes that wake each other by a word in shared memory, and sleep at once: nothing that sleeps is faster.
class FutexPeer {
 public:
  FutexPeer();
  FutexPeer(const FutexPeer&) = delete;
  FutexPeer& operator=(const FutexPeer&) = delete;
  ~FutexPeer();
  void round_trips(int count);

 private:
  struct Words {
    alignas(64) std::atomic<std::uint32_t> question{0};
    alignas(64) std::atomic<std::uint32_t> answer{0};
  };
  [[noreturn]] static void be_child(Words& words, pid_t parent);

  Words* words_;
  pid_t child_;
};

}  // namespace bench
