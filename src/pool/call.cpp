// SPDX-License-Identifier: MIT
#include <multiprocessing/detail/call.hpp>

#include "pool/callback_thread.hpp"

namespace multiprocessing::detail {

Call::Call(std::shared_ptr<CallbackThread> callback_thread) : callback_thread_(std::move(callback_thread)) {}
Call::~Call() = default;

void Call::when_ended(std::function<void()> callback) {
  before_callback();
  const std::lock_guard lock(mutex_);
  ++callbacks_due_;
  if (ended_) {
    callback_thread_->post([this, callback = std::move(callback)] { run(callback); });
  } else {
    callbacks_.push_back(std::move(callback));
  }
}

void Call::announce_end() {
  const std::lock_guard lock(mutex_);
  ended_ = true;
  // Each callback holds a reference to this call: it outlives them.
  for (auto& callback : callbacks_) {
    callback_thread_->post([this, callback = std::move(callback)] { run(callback); });
  }
  callbacks_.clear();
}

void Call::run(const std::function<void()>& callback) noexcept {
  std::exception_ptr error;
  try {
    callback();
  } catch (...) {
    error = std::current_exception();
  }
  const std::lock_guard lock(mutex_);
  if (!callback_error_) callback_error_ = error;
  --callbacks_due_;
  callbacks_ran_.notify_all();
}

bool Call::has_callbacks() const {
  const std::lock_guard lock(mutex_);
  return callbacks_due_ != 0;
}

bool Call::wait_for_callbacks(Deadline deadline) {
  std::unique_lock lock(mutex_);
  if (callbacks_due_ != 0 && !callback_thread_->is_current()) {
    const auto ran = [&] { return callbacks_due_ == 0; };
    if (deadline == never) {
      callbacks_ran_.wait(lock, ran);
    } else if (!callbacks_ran_.wait_until(lock, deadline, ran)) {
      return false;
    }
  }
  if (callback_error_) std::rethrow_exception(std::exchange(callback_error_, nullptr));
  return true;
}

}  // namespace multiprocessing::detail
