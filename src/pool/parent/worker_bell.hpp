// SPDX-License-Identifier: MIT
#pragma once

#include "os/futex.hpp"
#include "shm/channel_words.hpp"

namespace multiprocessing::detail {

// Wakes a worker that sleeps for one reason, once for each sleep.
class WorkerBell {
 public:
  WorkerBell(ChannelWords& words, ParkReason reason) : words_(&words), reason_(reason) {}

  // The caller has just stored, seq_cst, what the worker may sleep for: either the worker has seen that, or it is seen
  // here that the worker sleeps.
  void ring_if_it_sleeps() {
    const std::uint32_t parked = words_->parked.load(std::memory_order_seq_cst);
    if (park_reason(parked) != reason_ || parked == rung_for_) return;
    rung_for_ = parked;
    words_->bell.fetch_add(1, std::memory_order_release);
    futex_wake(words_->bell);
  }
  void start_anew() noexcept { rung_for_ = 0; }  // for the next worker

 private:
  ChannelWords* words_;
  ParkReason reason_;
  std::uint32_t rung_for_ = 0;
};

}  // namespace multiprocessing::detail
