// SPDX-License-Identifier: MIT
#pragma once

#include "pool/group_call.hpp"
#include "pool/make_room.hpp"

#include <algorithm>

namespace multiprocessing::detail {

// What no worker has yet, in order. Who withdraws a call finds its batches without a walk over all others': each has a
// position that does not change, and a call knows its first and its last. What is taken out leaves an empty place.
class WorkQueue {
 public:
  bool empty() const { return count_ == 0; }
  std::size_t size() const { return count_; }  // batches
  Batch& front() { return places_.front(); }   // if not empty
  // Then so many pushes need no memory. Throws std::bad_alloc, and nothing has changed.
  void make_room(std::size_t batches) { detail::make_room(places_, batches); }
  void push_back(Batch batch) {
    make_room(1);
    places_.push_back(std::move(batch));
    note(places_.back().call(), first_ + static_cast<std::int64_t>(places_.size()) - 1);
  }
  void push_front(Batch batch) {
    make_room(1);
    places_.push_front(std::move(batch));
    note(places_.front().call(), --first_);
  }
  void pop_front() {
    drop_front();
    --count_;
    while (!places_.empty() && places_.front().count == 0) drop_front();
    if (places_.empty() && places_.capacity() > most_idle_places) places_ = boost::circular_buffer<Batch>();
  }
  template <class Action>
  void for_each(Action action) const {
    for (const Batch& batch : places_) {
      if (batch.count != 0) action(batch);
    }
  }
  // Each batch of the call, in order; it leaves the queue when the action has returned.
  template <class Action>
  void take_out(GroupCall& call, Action action) {
    const std::int64_t end = std::min(call.last_queued + 1, first_ + static_cast<std::int64_t>(places_.size()));
    for (std::int64_t place = std::max(call.first_queued, first_); place < end; ++place) {
      Batch& batch = places_[static_cast<std::size_t>(place - first_)];
      if (batch.count == 0 || &batch.call() != &call) continue;
      action(batch);
      batch = {};
      --count_;
    }
    while (!places_.empty() && places_.front().count == 0) drop_front();
    while (!places_.empty() && places_.back().count == 0) places_.pop_back();
  }

 private:
  void drop_front() {
    places_.pop_front();
    ++first_;
  }
  void note(GroupCall& call, std::int64_t place) {
    ++count_;
    const bool was_here = call.first_queued <= call.last_queued && call.last_queued >= first_;
    call.first_queued = was_here ? std::min(call.first_queued, place) : place;
    call.last_queued = was_here ? std::max(call.last_queued, place) : place;
  }

  static constexpr std::size_t most_idle_places = 4096;
  boost::circular_buffer<Batch> places_;  // neither the first nor the last one is empty
  std::int64_t first_ = 0;                // position of the first
  std::size_t count_ = 0;
};

}  // namespace multiprocessing::detail
