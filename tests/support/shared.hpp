// SPDX-License-Identifier: MIT
#pragma once

#include <semaphore.h>
#include <sys/mman.h>

#include <cerrno>
#include <new>
#include <system_error>

namespace multiprocessing::tests {

// One T that this process and all processes forked from now on see. A task without captures reaches it by a static
// pointer that was set before the pool was made.
template <class T>
class Shared {
 public:
  Shared() {
    void* const place = mmap(nullptr, sizeof(T), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (place == MAP_FAILED) throw std::system_error(errno, std::generic_category(), "mmap");
    value_ = new (place) T{};
  }
  Shared(const Shared&) = delete;
  Shared& operator=(const Shared&) = delete;
  ~Shared() { munmap(value_, sizeof(T)); }
  T* get() const { return value_; }
  T& operator*() const { return *value_; }
  T* operator->() const { return value_; }

 private:
  T* value_;
};

// Something that happens once or several times in one process and is waited for in another. Nobody owns it, so that it
// survives whoever is killed. The test's deadline ends a wait that is in vain.
class Event {
 public:
  Event() { sem_init(&semaphore_, 1, 0); }
  Event(const Event&) = delete;
  Event& operator=(const Event&) = delete;
  void happen() { sem_post(&semaphore_); }
  void wait() {
    while (sem_wait(&semaphore_) != 0 && errno == EINTR) continue;
  }

 private:
  sem_t semaphore_;
};

}  // namespace multiprocessing::tests
