// SPDX-License-Identifier: MIT
#include <multiprocessing/detail/thread_core.hpp>

#include "pool/task_terms.hpp"

#include <algorithm>

namespace multiprocessing::detail {

ThreadChunk::~ThreadChunk() = default;
ThreadCore::~ThreadCore() = default;

std::exception_ptr ThreadChunk::error_of(std::size_t position) const {
  if (position >= begun_) return reason_;
  const auto found = std::lower_bound(errors_.begin(), errors_.end(), position,
                                      [](const auto& error, std::size_t wanted) { return error.first < wanted; });
  return found != errors_.end() && found->first == position ? found->second : nullptr;
}

void ThreadChunkQueue::push(std::shared_ptr<ThreadChunk> chunk) {
  ThreadChunk* const last = chunk.get();
  (empty() ? first_ : last_->next_) = std::move(chunk);
  last_ = last;
}

std::shared_ptr<ThreadChunk> ThreadChunkQueue::pop() {
  std::shared_ptr<ThreadChunk> chunk = std::move(first_);
  first_ = std::move(chunk->next_);
  return chunk;
}

ThreadCall::ThreadCall(std::shared_ptr<ThreadCore> core, Keep keep, bool refers)
    : Call(core->callback_thread()), core_(std::move(core)), keep_(keep), refers_(refers) {}

ThreadCall::~ThreadCall() {
  if (!entered_) return;
  end_input();
  core_->forget(*this);
}

void ThreadCall::enter(const CallSettings& settings) {
  first_number_ = core_->admit(*this, settings.single);
  entered_ = true;
  accept(settings.options, weak_from_this());
}

std::size_t ThreadCall::chunk_after(std::size_t items) { return std::clamp<std::size_t>(items / 16, 1, 4096); }

std::size_t ThreadCall::items() const {
  const std::lock_guard lock(mutex_);
  return handed_in_;
}

bool ThreadCall::failed() {
  const std::lock_guard lock(mutex_);
  return failed_;
}

bool ThreadCall::holds(Until until, std::size_t index) const {
  switch (until) {
    case Until::all_ended:
      return all_ended();
    case Until::any_ended:
      return !order_.empty();
    case Until::any_told:
      return any_told();
    case Until::item_ended:
      break;
  }
  if (index >= handed_in_) return false;
  return chunks_[chunk_with(index)]->state_ == ThreadChunk::State::ended;
}

bool ThreadCall::wait(Until until, std::size_t index, Deadline deadline) {
  core_->check_owner();
  std::unique_lock lock(mutex_);
  if (holds(until, index)) return true;
  if (deadline == Deadline::min()) return false;

  ++waiters_;
  awaited_ = until;
  awaited_index_ = index;
  const auto ready = [&] { return holds(until, index); };
  bool in_time = true;
  if (deadline == never) {
    changed_.wait(lock, ready);
  } else {
    in_time = changed_.wait_until(lock, deadline, ready);
  }
  --waiters_;
  return in_time;
}

void ThreadCall::withdraw() {
  if (core_->inherited()) return;
  drop("the item was withdrawn before it began");
  if (!refers_) return;
  std::unique_lock lock(mutex_);
  ++waiters_;
  awaited_ = Until::all_ended;
  changed_.wait(lock, [&] { return running_ == 0; });
  --waiters_;
}

void ThreadCall::stop() {
  if (!core_->inherited()) drop(stopped_before);
}

bool ThreadCall::cancel(Running what_runs) {
  core_->check_owner();
  if (what_runs == Running::kill) throw std::logic_error("cancel(Running::kill): a thread cannot be killed");
  if (has_ended()) return false;
  drop(cancelled_before);
  return has_ended() && failed();
}

std::size_t ThreadCall::take_next() {
  const std::lock_guard lock(mutex_);
  taken_ = {order_.front(), next_position_++};
  if (next_position_ == taken_.chunk->count_) {
    order_.pop();
    next_position_ = 0;
  }
  return taken_.chunk->first_ + taken_.position;
}

std::size_t ThreadCall::chunk_with(std::size_t index) const {
  const auto begin = chunks_.begin() + static_cast<std::ptrdiff_t>(taken_chunks_);
  const auto behind = std::upper_bound(begin, chunks_.end(), index,
                                       [](std::size_t wanted, const auto& chunk) { return wanted < chunk->first_; });
  return static_cast<std::size_t>(behind - chunks_.begin()) - 1;
}

ThreadCall::TakenItem ThreadCall::take_item(std::size_t index) {
  const std::lock_guard lock(mutex_);
  if (keep_ == Keep::as_they_come) return std::move(taken_);
  std::shared_ptr<ThreadChunk>& chunk = chunks_[chunk_with(index)];
  TakenItem item{chunk, index - chunk->first_};
  if (keep_ == Keep::in_order && item.position + 1 == item.chunk->count_) {
    chunk = nullptr;
    if (++taken_chunks_ * 2 > chunks_.size()) {
      chunks_.erase(chunks_.begin(), chunks_.begin() + static_cast<std::ptrdiff_t>(taken_chunks_));
      taken_chunks_ = 0;
    }
  }
  return item;
}

void ThreadCall::hand_in(const std::shared_ptr<ThreadChunk>& chunk) {
  core_->check_owner();
  const bool here = core_->is_own_thread();
  bool needs_server = false;
  bool too_late = false;
  {
    const std::lock_guard lock(mutex_);
    if (keep_ != Keep::as_they_come) chunks_.push_back(chunk);
    core_->count_items(chunk->count_);
    chunk->first_ = handed_in_;
    handed_in_ += chunk->count_;
    queued_.push(chunk);
    too_late = stopped();
    needs_server = !here && !too_late && servers_ < core_->processes();
    if (here || needs_server) ++servers_;
  }
  if (too_late) return refuse_more(), drop(nullptr);
  if (here) return core_->run_here(*this);
  if (!needs_server) return;
  const char* why_never = nullptr;
  try {
    why_never = core_->serve(shared_from_this());
  } catch (const std::bad_alloc&) {
    const std::lock_guard lock(mutex_);
    if (--servers_ != 0) return;  // another thread runs this, too
    why_never = "there was no memory to hand this item to a thread";
  }
  if (why_never != nullptr) refuse_more(), drop(why_never);
}

void ThreadCall::end_input() noexcept {
  if (core_->inherited()) return;
  {
    std::unique_lock lock(mutex_);
    if (input_ended_) return;
    input_ended_ = true;
    if (wake_and_see_whether_to_announce()) {
      lock.unlock();
      announce_end();
    }
  }
  core_->end_input();
}

void ThreadCall::drop(const char* why) noexcept {
  std::size_t items = 0;
  std::unique_lock lock(mutex_);
  if (!reason_) reason_ = cancelled(why);
  stopped_.store(true, std::memory_order_relaxed);
  ThreadChunkQueue dropped;
  while (!queued_.empty()) {
    items += queued_.front()->count_;
    dropped.push(queued_.pop());
  }
  core_->count_dropped(items);
  // Before they count as ended: the caller, whose objects they may refer to, goes on then.
  lock.unlock();
  for (ThreadChunk* chunk = dropped.front().get(); chunk != nullptr; chunk = chunk->next_.get()) chunk->drop_items();
  lock.lock();
  while (!dropped.empty()) count_end(dropped.pop());
  const bool announces = wake_and_see_whether_to_announce();
  lock.unlock();
  if (announces) announce_end();
}

bool ThreadCall::end(std::shared_ptr<ThreadChunk> done) {
  if (!done) return false;
  --running_;
  count_end(std::move(done));
  return wake_and_see_whether_to_announce();
}

std::shared_ptr<ThreadChunk> ThreadCall::exchange(std::shared_ptr<ThreadChunk> done) {
  std::unique_lock lock(mutex_);
  const bool announces = end(std::move(done));
  std::shared_ptr<ThreadChunk> next;
  if (queued_.empty()) {
    --servers_;
  } else {
    next = queued_.pop();
    next->state_ = ThreadChunk::State::running;
    ++running_;
  }
  lock.unlock();
  if (announces) announce_end();
  return next;
}

bool ThreadCall::leave(std::shared_ptr<ThreadChunk> done) {
  std::unique_lock lock(mutex_);
  const bool announces = end(std::move(done));
  const bool expected_again = !queued_.empty();
  if (!expected_again) --servers_;
  lock.unlock();
  if (announces) announce_end();
  return expected_again;
}

void ThreadCall::count_end(std::shared_ptr<ThreadChunk> chunk) {
  chunk->state_ = ThreadChunk::State::ended;
  if (chunk->begun_ != chunk->count_ && !chunk->reason_) chunk->reason_ = reason_;
  ended_ += chunk->count_;
  failed_ = failed_ || chunk->failed();
  if (keep_ == Keep::as_they_come) order_.push(std::move(chunk));
}

bool ThreadCall::wake_and_see_whether_to_announce() {
  // One waiter is woken only by what it waits for: a map of many chunks does not wake it for each.
  if (waiters_ > 1 || (waiters_ == 1 && (stopped() || holds(awaited_, awaited_index_)))) changed_.notify_all();
  if (!all_ended() || announced_) return false;
  announced_ = true;
  return true;
}

}  // namespace multiprocessing::detail
