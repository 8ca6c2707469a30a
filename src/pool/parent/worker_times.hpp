// SPDX-License-Identifier: MIT
#pragma once

#include "shm/channel_words.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace multiprocessing::detail {

// How long the workers of one slot have worked and waited, as each counts it in two words of its channel.
class WorkerTimes {
 public:
  void note(const ChannelWords& words) {
    now_working_ = counted(words.working_nanoseconds);
    now_waiting_ = counted(words.waiting_nanoseconds);
  }
  void worker_ended() noexcept {
    past_working_ = std::min(past_working_ + std::exchange(now_working_, {}), longest_time);
    past_waiting_ = std::min(past_waiting_ + std::exchange(now_waiting_, {}), longest_time);
  }
  std::chrono::nanoseconds working() const { return past_working_ + now_working_; }
  std::chrono::nanoseconds waiting() const { return past_waiting_ + now_waiting_; }

 private:
  static constexpr std::chrono::nanoseconds longest_time = std::chrono::hours(24 * 365 * 10);
  // More is garbage; and no sum may overflow.
  static std::chrono::nanoseconds counted(const std::atomic<std::uint64_t>& word) {
    constexpr auto most = static_cast<std::uint64_t>(longest_time.count());
    const std::uint64_t count = word.load(std::memory_order_relaxed);
    return std::chrono::nanoseconds(count <= most ? static_cast<std::int64_t>(count) : 0);
  }

  std::chrono::nanoseconds now_working_{};
  std::chrono::nanoseconds now_waiting_{};
  std::chrono::nanoseconds past_working_{};
  std::chrono::nanoseconds past_waiting_{};
};

}  // namespace multiprocessing::detail
