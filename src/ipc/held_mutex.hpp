// SPDX-License-Identifier: MIT
#pragma once

#include "os/robust_mutex.hpp"

#include <stdexcept>
#include <utility>

namespace multiprocessing::detail {

// Holds a RobustMutex as long as this lives, or none. For data that are consistent even if the holder is killed: the
// next holder has nothing to repair.
class HeldMutex {
 public:
  HeldMutex() = default;
  explicit HeldMutex(RobustMutex& mutex, Deadline deadline = never) {
    const RobustMutex::Outcome outcome = mutex.lock(deadline);
    if (outcome == RobustMutex::Outcome::own) {
      throw std::logic_error("a signal handler may not use an object that it has interrupted in the middle of a call");
    }
    if (outcome != RobustMutex::Outcome::timed_out) mutex_ = &mutex;
  }
  HeldMutex(HeldMutex&& other) noexcept : mutex_(std::exchange(other.mutex_, nullptr)) {}
  HeldMutex& operator=(HeldMutex&& other) noexcept {
    if (mutex_ != nullptr) mutex_->unlock();
    mutex_ = std::exchange(other.mutex_, nullptr);
    return *this;
  }
  ~HeldMutex() {
    if (mutex_ != nullptr) mutex_->unlock();
  }
  explicit operator bool() const { return mutex_ != nullptr; }  // false: not acquired by the deadline

 private:
  RobustMutex* mutex_ = nullptr;
};

}  // namespace multiprocessing::detail
