// SPDX-License-Identifier: MIT
#include "os/robust_mutex.hpp"

#include "os/error.hpp"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace multiprocessing::detail {
namespace {

#if defined(__SANITIZE_THREAD__)
#define MULTIPROCESSING_UNDER_TSAN
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define MULTIPROCESSING_UNDER_TSAN
#endif
#endif
#ifdef MULTIPROCESSING_UNDER_TSAN
#include <sanitizer/tsan_interface.h>
#endif

// The deadline as the kernel needs it, in the clock that steady_clock reads.
timespec point_in_time(Deadline deadline) {
  const auto since_boot = std::chrono::nanoseconds(deadline.time_since_epoch()).count();
  const auto nanoseconds = since_boot > 0 ? since_boot : 0;
  return {.tv_sec = static_cast<time_t>(nanoseconds / 1'000'000'000), .tv_nsec = nanoseconds % 1'000'000'000};
}

#ifdef MULTIPROCESSING_UNDER_TSAN
// ThreadSanitizer does not know pthread_mutex_clocklock before gcc 13, and so believes that the mutex is not held.
int timed_lock(pthread_mutex_t& mutex, Deadline deadline) {
  const auto left = deadline > Clock::now() ? deadline - Clock::now() : Clock::duration::zero();
  const auto system_time =
      std::chrono::system_clock::now().time_since_epoch() + std::min<Clock::duration>(left, std::chrono::hours(24));
  const timespec until = point_in_time(Deadline(std::chrono::duration_cast<Clock::duration>(system_time)));
  return ::pthread_mutex_timedlock(&mutex, &until);
}
#else
int timed_lock(pthread_mutex_t& mutex, Deadline deadline) {
  const timespec until = point_in_time(deadline);
  return ::pthread_mutex_clocklock(&mutex, CLOCK_MONOTONIC, &until);
}
#endif

}  // namespace

RobustMutex::RobustMutex() : mutex_() {
#ifdef MULTIPROCESSING_UNDER_TSAN
  __tsan_mutex_destroy(&mutex_, 0);  // forget an older mutex at this address, which is never destroyed
#endif
  pthread_mutexattr_t attributes;
  ::pthread_mutexattr_init(&attributes);
  ::pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED);
  ::pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
  ::pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_ERRORCHECK);
  const int error = ::pthread_mutex_init(&mutex_, &attributes);
  ::pthread_mutexattr_destroy(&attributes);
  errno = error;
  if (error != 0) throw_errno("cannot make a mutex that processes share");
}

int RobustMutex::lock_until(Deadline deadline) {
  if (deadline == Deadline::min()) return ::pthread_mutex_trylock(&mutex_);  // without a system call
  return timed_lock(mutex_, deadline);
}

RobustMutex::Outcome RobustMutex::outcome_of(int error) {
  switch (error) {
    case EOWNERDEAD:
      ::pthread_mutex_consistent(&mutex_);
      return Outcome::inherited;
    case EDEADLK:
      return Outcome::own;
    case ETIMEDOUT:
    case EBUSY:
      return Outcome::timed_out;
    default:
      errno = error;
      throw_errno("cannot lock a mutex that processes share");
  }
}

pid_t RobustMutex::holder() const noexcept {
  // The kernel identifies the holder by this word, too (its robust-futexes.rst).
  return __atomic_load_n(&mutex_.__data.__lock, __ATOMIC_RELAXED) & FUTEX_TID_MASK;
}

bool RobustMutex::is_held_here() const noexcept {
  const pid_t thread = holder();
  return thread != 0 && ::syscall(SYS_tgkill, ::getpid(), thread, 0) == 0;
}

}  // namespace multiprocessing::detail
