// SPDX-License-Identifier: MIT
#include "os/robust_mutex.hpp"

#include "os/error.hpp"

#include <time.h>

#include <cerrno>

namespace multiprocessing::detail {
namespace {

// As the kernel wants it, of the clock that steady_clock reads.
timespec point_in_time(Deadline deadline) {
  const auto since_boot = std::chrono::nanoseconds(deadline.time_since_epoch()).count();
  const auto nanoseconds = since_boot > 0 ? since_boot : 0;
  return {.tv_sec = static_cast<time_t>(nanoseconds / 1'000'000'000), .tv_nsec = nanoseconds % 1'000'000'000};
}

}  // namespace

RobustMutex::RobustMutex() : mutex_() {
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

RobustMutex::Outcome RobustMutex::lock(Deadline deadline) {
  int error = 0;
  if (deadline == never) {
    error = ::pthread_mutex_lock(&mutex_);
  } else if (deadline == Deadline::min()) {
    error = ::pthread_mutex_trylock(&mutex_);  // without a system call
  } else {
    const timespec until = point_in_time(deadline);
    error = ::pthread_mutex_clocklock(&mutex_, CLOCK_MONOTONIC, &until);
  }
  switch (error) {
    case 0:
      return Outcome::locked;
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

bool RobustMutex::unlock() noexcept { return ::pthread_mutex_unlock(&mutex_) == 0; }

}  // namespace multiprocessing::detail
