// SPDX-License-Identifier: MIT
#pragma once

#include "os/robust_mutex.hpp"
#include "shm/arena.hpp"

#include <cstdint>

namespace multiprocessing::detail {

// A lock in memory of its own. Throws std::logic_error where it says so.
class LockCore {
 public:
  enum class Kind { once, recursive };
  explicit LockCore(Kind kind);
  LockCore(const LockCore&) = delete;
  LockCore& operator=(const LockCore&) = delete;
  ~LockCore();  // if this thread holds the lock, as if the thread ended

  bool acquire(Deadline deadline);  // throws if this thread holds it, unless it is recursive
  void release();                   // throws if this thread does not hold it
  bool locked() const { return words_->mutex.is_held(); }
  bool is_own();  // this thread holds it
  bool abandoned() const { return words_->abandonment == Abandonment::found; }

  // Releases the lock for a while, and acquires it again, by the thread that holds it. The depth is how often it was
  // acquired.
  std::uint32_t release_all();
  void acquire_again(std::uint32_t depth);

 private:
  // Whether the last holder ended without release(). found: the present holder found that. to_be_told: is_own() found
  // it, or the holder's destructor ran; the next holder is to be told.
  enum class Abandonment : std::uint32_t { none, to_be_told, found };
  // Written by the holder of the mutex.
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
