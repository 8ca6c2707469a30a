// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/deadline.hpp>

#include <pthread.h>
#include <sys/types.h>

namespace multiprocessing::detail {

// A mutex in memory that processes share. When a thread that holds it ends, in whatever way, the kernel gives it to the
// next thread that asks, and says so: glibc's robust mutex (pthread_mutexattr_setrobust(3)). It is never destroyed; its
// memory is just unmapped. The memory must stay mapped here while a thread of this process holds the mutex, because the
// kernel, when the thread ends, follows a list of all mutexes that it holds, which leads through this memory.
// The thread that locks next sees what the last holder wrote before it unlocked or ended.
class RobustMutex {
 public:
  RobustMutex();  // throws std::system_error
  RobustMutex(const RobustMutex&) = delete;
  RobustMutex& operator=(const RobustMutex&) = delete;

  // `inherited`: locked, and the last holder ended without unlock(). `own`: this thread holds it already.
  enum class Outcome { locked, inherited, own, timed_out };
  // Blocks until the deadline at most. At Deadline::min() it makes no system call, and returns `timed_out` even if this
  // thread holds the mutex. Throws std::system_error.
  Outcome lock(Deadline deadline = never) {
    const int error = deadline == never ? ::pthread_mutex_lock(&mutex_) : lock_until(deadline);
    return error == 0 ? Outcome::locked : outcome_of(error);
  }
  bool unlock() noexcept { return ::pthread_mutex_unlock(&mutex_) == 0; }  // false: this thread does not hold it
  bool is_held() const noexcept { return holder() != 0; }                  // by any thread, at this moment
  bool is_held_here() const noexcept;  // by a thread of this process, at this moment

 private:
  pid_t holder() const noexcept;  // its thread id; 0: none, or the holder has ended
  int lock_until(Deadline deadline);
  Outcome outcome_of(int error);

  pthread_mutex_t mutex_;
};

}  // namespace multiprocessing::detail
