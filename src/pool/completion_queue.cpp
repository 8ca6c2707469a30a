// SPDX-License-Identifier: MIT
#include "pool/completion_queue.hpp"

#include <stdexcept>
#include <string>

namespace multiprocessing::detail {

std::shared_ptr<CompletionQueue> CompletionQueue::make() {
  const auto destroy = [](CompletionQueue* queue) {
    if (!queue->inherited()) delete queue;
  };
  return std::shared_ptr<CompletionQueue>(new CompletionQueue, destroy);
}

void CompletionQueue::push(std::size_t tag) noexcept {
  const MutexLock lock(mutex_);
  if (is_closed_) return;
  --to_come_;
  --room_;
  tags_.push_back(tag);
  if (any_.load(std::memory_order_relaxed)) return;
  any_.store(true, std::memory_order_release);
  if (bell_) bell_->ring();
  if (is_awaited_) pushed_.notify_one();
}

void CompletionQueue::make_room() {
  const MutexLock lock(mutex_);
  if (to_come_ == room_) {
    const std::size_t more = 2 * room_ + 16;
    tags_.make_room(more);
    room_ = more;
  }
  ++to_come_;
}

std::size_t CompletionQueue::front() const {
  const MutexLock lock(mutex_);
  return tags_.front();
}

void CompletionQueue::pop() {
  const MutexLock lock(mutex_);
  tags_.pop_front();
  if (!tags_.empty()) return;
  any_.store(false, std::memory_order_relaxed);
  if (bell_) bell_->drain();
}

bool CompletionQueue::wait(Deadline deadline) {
  MutexLock lock(mutex_);
  const auto is_any = [&]() MULTIPROCESSING_REQUIRES(mutex_) { return !tags_.empty(); };
  is_awaited_ = true;
  if (deadline == never) {
    pushed_.wait(lock.native(), is_any);
  } else {
    pushed_.wait_until(lock.native(), deadline, is_any);
  }
  is_awaited_ = false;
  return !tags_.empty();
}

int CompletionQueue::fileno() {
  const MutexLock lock(mutex_);
  if (!bell_) {
    bell_.emplace();
    if (!tags_.empty()) bell_->ring();
  }
  return bell_->fd();
}

void CompletionQueue::close() noexcept {
  const MutexLock lock(mutex_);
  is_closed_ = true;
  bell_.reset();
}

void CompletionQueue::check_owner() const {
  if (inherited()) {
    throw std::logic_error("these results belong to process " + std::to_string(mark_.owner()) +
                           ", from which this process was forked: make calls of your own");
  }
}

}  // namespace multiprocessing::detail
