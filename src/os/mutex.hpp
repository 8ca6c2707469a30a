// SPDX-License-Identifier: MIT
#pragma once

#include "os/thread_annotations.hpp"

#include <mutex>

namespace multiprocessing::detail {

// A std::mutex with the attributes that libstdc++ does not give it: clang refuses to compile code that forgets the
// lock. Threads still wait on a std::condition_variable, which is faster than std::condition_variable_any.
class MULTIPROCESSING_THREAD_ATTRIBUTE(capability("mutex")) Mutex {
 public:
  std::mutex& native() { return mutex_; }  // whose locks clang does not see

 private:
  std::mutex mutex_;
};

class MULTIPROCESSING_THREAD_ATTRIBUTE(scoped_lockable) MutexLock {
 public:
  explicit MutexLock(Mutex& mutex) MULTIPROCESSING_THREAD_ATTRIBUTE(acquire_capability(mutex))
      : lock_(mutex.native()) {}
  ~MutexLock() MULTIPROCESSING_THREAD_ATTRIBUTE(release_capability()) {}
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

  void lock() MULTIPROCESSING_THREAD_ATTRIBUTE(acquire_capability()) { lock_.lock(); }
  void unlock() MULTIPROCESSING_THREAD_ATTRIBUTE(release_capability()) { lock_.unlock(); }
  std::unique_lock<std::mutex>& native() { return lock_; }  // for condition variables

  // Does it without the mutex, which is locked again afterwards, also after an exception. Clang cannot follow a lock
  // that was passed to a function: it believes that the mutex is held all the time, but not inside of the action.
  template <class Action>
  auto unlocked(Action action) MULTIPROCESSING_NOT_CHECKED {
    struct Relock {
      std::unique_lock<std::mutex>& lock;
      ~Relock() { lock.lock(); }
    };
    lock_.unlock();
    const Relock relock{lock_};
    return action();
  }

 private:
  std::unique_lock<std::mutex> lock_;
};

}  // namespace multiprocessing::detail
