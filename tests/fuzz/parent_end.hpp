// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <deque>
#include <mutex>

#include "fuzz/allocation_meter.hpp"
#include "fuzz/fuzz_target.hpp"
#include "pool/callback_thread.hpp"
#include "pool/parent/worker_slot.hpp"

namespace multiprocessing::tests {

// The parent's end of a channel that lies in this process's heap, where AddressSanitizer knows its bounds; and the list
// of what the worker was handed, which tells what may end, and when. Whatever the worker's end holds: an item leaves
// the list once, as an answer, or taken back in order, or at the worker's death.
class ParentEnd final : private detail::AnswerSink {
 public:
  static constexpr std::size_t ring_bytes = 4096;
  static constexpr std::size_t call_count = 5;

  ParentEnd();
  void offer(std::size_t call, std::size_t items, std::size_t size_bytes);
  void offer_again();
  void collect();
  void recall();
  void look();
  void condemn(bool only_if_timed);
  void cancel(std::size_t call) { slot.condemn_if_it_runs(*calls_[call]); }
  void leave();
  void bury();

 private:
  struct Item {
    const detail::GroupCall* call;
    std::size_t index;
    std::uint32_t frame = 0;  // as `turn` counts
    bool operator==(const Item& other) const { return call == other.call && index == other.index; }
  };
  struct Memory {
    detail::ChannelWords words{};
    detail::WakeThresholds wake{};
    detail::ParentSleepWord parent_sleep{};
    detail::CrashRecord crash{};
  };
  void on_start_failed(detail::Bytes) override { require(!was_up_, "a start failed that had succeeded"); }
  void on_answer(detail::GroupCall& call, std::size_t index, detail::ByteAnswer answer) override;
  void on_fixed_answers(detail::GroupCall& call, std::size_t count) override;
  void on_times(int, const detail::GroupCall&, std::size_t, const detail::ItemTimes&, bool) override {}
  void hand(detail::Batch batch);
  void check_counts() const;
  bool is_claimed(const Item& item) const {
    return static_cast<std::int32_t>(detail::Turn::of(channel.words->turn).claimed - item.frame) > 0;
  }
  void end(const detail::GroupCall& call, std::size_t index);
  void check_are_held(const std::vector<detail::Batch>& batches, std::size_t from) const;

  std::unique_ptr<Memory> memory_ = std::make_unique<Memory>();
  std::unique_ptr<std::byte[]> tasks_ = std::make_unique<std::byte[]>(ring_bytes);
  std::unique_ptr<std::byte[]> results_ = std::make_unique<std::byte[]>(ring_bytes);
  detail::CallbackThread callbacks_;
  double pace_ = 0;
  std::array<std::shared_ptr<detail::GroupCall>, call_count> calls_;
  std::deque<Item> held_;
  std::deque<detail::Batch> taken_back_;
  bool was_up_ = false;
  bool condemned_ = false;

 public:
  detail::Channel channel;
  detail::WorkerSlot slot;
};

}  // namespace multiprocessing::tests
