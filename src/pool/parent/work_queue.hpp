// SPDX-License-Identifier: MIT
#pragma once

#include "pool/parent/group_call.hpp"
#include "pool/parent/make_room.hpp"

#include <algorithm>
#include <deque>

namespace multiprocessing::detail {

// What no worker has yet, in order. To withdraw a call takes no walk over the batches of others: each batch has a
// position that does not change, and a call knows its first and its last. What is taken out leaves an empty entry.
class WorkQueue {
 public:
  bool empty() const { return count_ == 0; }
  std::size_t size() const { return count_; }                                                // batches
  Batch& front() { return given_back_.empty() ? handed_in_.front() : given_back_.front(); }  // if not empty
  void push_back(Batch batch) {
    handed_in_.push_back(std::move(batch));
    note(handed_in_.back().call(), end() - 1);
  }
  void undo_push_back() {  // at once
    handed_in_.pop_back();
    --count_;
  }
  // Then so many push_front() need no memory. Throws std::bad_alloc, and nothing has changed.
  void make_room(std::size_t batches) { detail::make_room(given_back_, batches); }
  void push_front(Batch batch) {
    make_room(1);
    given_back_.push_front(std::move(batch));
    note(given_back_.front().call(), begin());
  }
  void pop_front() {
    drop_front();
    --count_;
    drop_empty();
  }
  template <class Action>
  void for_each(Action action) const {
    for (const Batch& batch : given_back_) {
      if (batch.count != 0) action(batch);
    }
    for (const Batch& batch : handed_in_) {
      if (batch.count != 0) action(batch);
    }
  }
  // Each batch of the call, in order; it leaves the queue when the action has returned.
  template <class Action>
  void take_out(GroupCall& call, Action action) {
    const std::int64_t behind = std::min(call.last_queued + 1, end());
    for (std::int64_t position = std::max(call.first_queued, begin()); position < behind; ++position) {
      Batch& batch = at(position);
      if (batch.count == 0 || &batch.call() != &call) continue;
      action(batch);
      batch = {};
      --count_;
    }
    drop_empty();
  }

 private:
  // Positions.
  std::int64_t begin() const { return first_handed_in_ - static_cast<std::int64_t>(given_back_.size()); }
  std::int64_t end() const { return first_handed_in_ + static_cast<std::int64_t>(handed_in_.size()); }
  Batch& at(std::int64_t position) {
    return position < first_handed_in_ ? given_back_[static_cast<std::size_t>(position - begin())]
                                       : handed_in_[static_cast<std::size_t>(position - first_handed_in_)];
  }
  void drop_front() {
    if (!given_back_.empty()) return given_back_.pop_front();
    handed_in_.pop_front();
    ++first_handed_in_;
  }
  // Neither the first nor the last entry is empty.
  void drop_empty() {
    while (begin() != end() && front().count == 0) drop_front();
    while (!handed_in_.empty() && handed_in_.back().count == 0) handed_in_.pop_back();
  }
  void note(GroupCall& call, std::int64_t position) {
    ++count_;
    const bool was_here = call.first_queued <= call.last_queued && call.last_queued >= begin();
    call.first_queued = was_here ? std::min(call.first_queued, position) : position;
    call.last_queued = was_here ? std::max(call.last_queued, position) : position;
  }

  // Two parts: thousands may be handed in, for which memory in one piece would be moved, and made anew, too often.
  boost::circular_buffer<Batch> given_back_;
  std::deque<Batch> handed_in_;
  std::int64_t first_handed_in_ = 0;
  std::size_t count_ = 0;
};

}  // namespace multiprocessing::detail
