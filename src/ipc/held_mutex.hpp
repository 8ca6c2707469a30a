// SPDX-License-Identifier: MIT
#pragma once

#include "os/robust_mutex.hpp"

#include <stdexcept>
#include <utility>

namespace multiprocessing::detail {

// A RobustMutex for as long as this lives, or none. For what is in order whenever its holder may be killed: whoever
// inherits it has nothing to mend.
class HeldMutex {
 public:
  HeldMutex() = default;
  explicit HeldMutex(RobustMutex& mutex, Deadline deadline = never) {
    const RobustMutex::Outcome outcome = mutex.lock(deadline);
    if (outcome == RobustMutex::Outcome::own) {
      throw std::logic_error("a signal's handler may not use what it has interrupted the use of");
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
  explicit operator bool() const { return mutex_ != nullptr; }  // false: not by the deadline

 private:
  RobustMutex* mutex_ = nullptr;
};

}  // namespace multiprocessing::detail
