// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/deadline.hpp>

#include <pthread.h>
#include <sys/types.h>

namespace multiprocessing::detail {

// A mutex in memory that processes share. When a thread that holds it ends, however it ends, the kernel gives it to the
// next one that asks, and says so: glibc's robust mutex (pthread_mutexattr_setrobust(3)).
// Never destroyed: its memory just goes. The memory must stay mapped here while a thread of this process holds it: the
// list of all that a thread holds, which the kernel follows when it ends, leads through it.
class RobustMutex {
 public:
  RobustMutex();  // throws std::system_error
  RobustMutex(const RobustMutex&) = delete;
  RobustMutex& operator=(const RobustMutex&) = delete;

  // `inherited`: locked, and the one who held it has ended meanwhile. `own`: this thread holds it already.
  enum class Outcome { locked, inherited, own, timed_out };
  // Blocks until the deadline. At Deadline::min() it takes no system call, and does not tell `own` from `timed_out`.
  // Throws std::system_error.
  Outcome lock(Deadline deadline = never) {
    const int error = deadline == never ? ::pthread_mutex_lock(&mutex_) : lock_until(deadline);
    return error == 0 ? Outcome::locked : outcome_of(error);
  }
  bool unlock() noexcept { return ::pthread_mutex_unlock(&mutex_) == 0; }  // false: this thread does not hold it
  bool is_held() const noexcept { return holder() != 0; }                  // by anybody, at this moment
  bool is_held_here() const noexcept;  // by a thread of this process, at this moment

 private:
  pid_t holder() const noexcept;  // a thread; 0: none, or one that has ended
  int lock_until(Deadline deadline);
  Outcome outcome_of(int error);

  pthread_mutex_t mutex_;
};

}  // namespace multiprocessing::detail
