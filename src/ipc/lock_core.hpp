// SPDX-License-Identifier: MIT
#pragma once

#include "os/robust_mutex.hpp"
#include "shm/arena.hpp"

#include <cstdint>

namespace multiprocessing::detail {

// A lock in memory of its own. Where it says so it throws std::logic_error.
class LockCore {
 public:
  enum class Kind { once, recursive };
  explicit LockCore(Kind kind);
  LockCore(const LockCore&) = delete;
  LockCore& operator=(const LockCore&) = delete;
  ~LockCore();  // as the end of this thread, if that holds it

  bool acquire(Deadline deadline);  // throws if this thread holds it, unless it is recursive
  void release();                   // throws if this thread does not hold it
  bool locked() const { return words_->mutex.is_held(); }
  bool is_own();  // this thread holds it
  bool abandoned() const { return words_->abandonment == Abandonment::found; }

  // For a while, by the thread that holds it; how often it was acquired is given back.
  std::uint32_t release_all();
  void acquire_again(std::uint32_t depth);

 private:
  // Whether the one before has ended without having released it: the holder found that, or is to be told what somebody
  // found who only looked.
  enum class Abandonment : std::uint32_t { none, to_be_told, found };
  // Written by who holds the mutex.
  struct Words {
    RobustMutex mutex;
    std::uint32_t depth = 0;  // if it is recursive
    Abandonment abandonment = Abandonment::none;
  };
  void note(RobustMutex::Outcome outcome);

  const Kind kind_;
  ArenaBlock memory_{sizeof(Words)};
  Words* const words_;
};

}  // namespace multiprocessing::detail
