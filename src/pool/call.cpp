// SPDX-License-Identifier: MIT
#include <multiprocessing/detail/call.hpp>

#include "os/mutex.hpp"
#include "pool/callback_thread.hpp"
#include "pool/completion_queue.hpp"
#include "pool/task_terms.hpp"

#include <condition_variable>
#include <list>
#include <utility>

namespace multiprocessing::detail {

struct Call::Callbacks {
  Mutex mutex;
  std::condition_variable ran;
  std::list<std::function<void()>> waiting MULTIPROCESSING_GUARDED_BY(mutex);
  std::size_t due MULTIPROCESSING_GUARDED_BY(mutex) = 0;
  std::exception_ptr error MULTIPROCESSING_GUARDED_BY(mutex);
};

Call::Call(CallbackThread& callback_thread) : callback_thread_(callback_thread) {}
Call::~Call() = default;

// The stop may be requested while the call ends: it holds nothing up, and keeps nothing alive.
void Call::accept(const TaskOptions* options, const std::weak_ptr<Call>& self) {
  if (options == nullptr) return;
  terms_ = std::make_unique<TaskTerms>(*options, [self] {
    try {
      if (const auto call = self.lock()) call->stop();
    } catch (...) {
      // Memory has run out. Whoever requests a stop must not be ended by that: the work goes on.
    }
  });
}

bool Call::stop_requested() const { return terms_ && terms_->stop_requested(); }

void Call::when_ended(std::function<void()> callback) {
  before_callback();
  callback_thread_.start();
  if (!callbacks_) callbacks_ = std::make_unique<Callbacks>();
  // Made ready to be posted now: at the end there may be no memory. The caller holds a reference to this call.
  std::list<std::function<void()>> ready;
  ready.emplace_back([this, callback = std::move(callback)] { run(callback); });
  const MutexLock lock(callbacks_->mutex);
  ++callbacks_->due;
  callbacks_->waiting.splice(callbacks_->waiting.end(), ready);
  // One of the two sees the other's mark: this, or announce_end().
  if ((marks_.fetch_or(has_callbacks, std::memory_order_acq_rel) & ended) != 0) post_callbacks();
}

void Call::announce_end() {
  const unsigned marks = marks_.fetch_or(ended, std::memory_order_acq_rel);
  if ((marks & tells) != 0) told_->push(tag_);
  if ((marks & has_callbacks) == 0) return;
  const MutexLock lock(callbacks_->mutex);
  post_callbacks();
}

void Call::tell(std::shared_ptr<CompletionQueue> queue, std::size_t tag) noexcept {
  told_ = std::move(queue);
  tag_ = tag;
  // As for callbacks: one of the two sees the other's mark.
  if ((marks_.fetch_or(tells, std::memory_order_acq_rel) & ended) != 0) told_->push(tag_);
}

bool Call::any_told() const { return told_->any(); }

// Each callback holds a reference to this call: it outlives them.
void Call::post_callbacks() noexcept MULTIPROCESSING_REQUIRES(callbacks_->mutex) {
  callback_thread_.post(std::exchange(callbacks_->waiting, {}));
}

void Call::run(const std::function<void()>& callback) noexcept {
  std::exception_ptr error;
  try {
    callback();
  } catch (...) {
    error = std::current_exception();
  }
  const MutexLock lock(callbacks_->mutex);
  if (!callbacks_->error) callbacks_->error = error;
  --callbacks_->due;
  callbacks_->ran.notify_all();
}

std::unique_lock<std::mutex> Call::lock_out_callbacks() {
  const bool any = (marks_.load(std::memory_order_acquire) & has_callbacks) != 0;
  return any ? std::unique_lock(callbacks_->mutex.native()) : std::unique_lock<std::mutex>();
}

bool Call::wait_for_callbacks(Deadline deadline) {
  if ((marks_.load(std::memory_order_acquire) & has_callbacks) == 0) return true;
  MutexLock lock(callbacks_->mutex);
  if (callbacks_->due != 0 && !callback_thread_.is_current()) {
    const auto ran = [&]() MULTIPROCESSING_REQUIRES(callbacks_->mutex) { return callbacks_->due == 0; };
    if (deadline == never) {
      callbacks_->ran.wait(lock.native(), ran);
    } else if (!callbacks_->ran.wait_until(lock.native(), deadline, ran)) {
      return false;
    }
  }
  if (callbacks_->error) std::rethrow_exception(std::exchange(callbacks_->error, nullptr));
  return true;
}

}  // namespace multiprocessing::detail
