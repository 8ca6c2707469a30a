// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/pool_core.hpp>

#include <algorithm>
#include <chrono>
#include <functional>
#include <queue>
#include <vector>

namespace multiprocessing::detail {

// The nodes of one computation that run in one pool: those that are ready, of which the first in the order goes first,
// and how many may be with the pool at the same time. A pool works its queue off from the front, which would be breadth
// first, and keep many values; with too few in its queue a worker would wait. So a pool has one node for each worker,
// and ahead of that as many as it has lately ended in 0.2 ms, at least one; two for each worker until that is known.
class PoolLane {
 public:
  using Nanoseconds = std::chrono::nanoseconds;

  explicit PoolLane(const PoolCore& core)
      : core_(&core), processes_(static_cast<std::size_t>(core.processes())), most_(2 * processes_) {}

  bool is_of(const PoolCore& core) const { return core_ == &core; }
  bool may_begin() const { return !ready_.empty() && running_ < most_; }
  void is_ready(std::size_t place) { ready_.push(place); }
  std::size_t take_first() {
    const std::size_t place = ready_.top();
    ready_.pop();
    return place;
  }
  void has_begun(Nanoseconds now) {
    if (running_++ != 0) return;
    most_ = 2 * processes_;
    measure_from(now);
  }
  void has_ended(Nanoseconds now) {
    --running_;
    ++ended_;
    const Nanoseconds all_took = now - since_;
    if (all_took < work_ahead) return;  // a few short ones among long ones say nothing
    const auto ahead =
        static_cast<std::size_t>(work_ahead.count()) * ended_ / static_cast<std::size_t>(all_took.count());
    most_ = processes_ + std::clamp(ahead, std::size_t{1}, most_ahead * processes_);
    measure_from(now);
  }

 private:
  static constexpr Nanoseconds work_ahead = std::chrono::microseconds(200);
  static constexpr std::size_t most_ahead = 1000;
  void measure_from(Nanoseconds now) {
    since_ = now;
    ended_ = 0;
  }

  const PoolCore* core_;
  std::size_t processes_;
  std::size_t most_;
  std::size_t running_ = 0;
  std::size_t ended_ = 0;  // since
  Nanoseconds since_{};
  std::priority_queue<std::size_t, std::vector<std::size_t>, std::greater<>> ready_;
};

}  // namespace multiprocessing::detail
