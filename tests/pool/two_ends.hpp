// SPDX-License-Identifier: MIT
#pragma once

#include "os/event_fd.hpp"
#include "pool/callback_thread.hpp"
#include "pool/idle_host.hpp"
#include "pool/parent/worker_slot.hpp"
#include "pool/worker/worker_loop.hpp"

#include <multiprocessing/detail/function.hpp>

#include <gtest/gtest.h>

#include <map>

namespace multiprocessing::detail {

// Both ends of one channel, moved step by step by one thread. The worker runs in serve(), until the frame that has it
// leave; what the parent does while an item runs is done by the item's own function.
class TwoEnds : private AnswerSink {
 public:
  explicit TwoEnds(std::size_t ring_bytes = 4096)
      : block_(1, ring_bytes),
        channel(block_.channel(0)),
        slot(channel, 0),
        worker(channel, 0, std::chrono::nanoseconds::zero(), bell_.fd(), bell_.fd()) {
    slot.state = WorkerSlot::State::starting;
    worker.announce_start();
    collect();
  }

  template <class Item, class F>
  std::shared_ptr<GroupCall> call(F f, Keep keep = Keep::in_order) {
    CallSettings settings;
    settings.keep = keep;
    return this->call<Item>(f, settings);
  }
  template <class Item, class F>
  std::shared_ptr<GroupCall> call(F f, const CallSettings& settings) {
    return std::make_shared<GroupCall>(host_, callbacks_, prepare<F, Item, Spread::no>(f).image, settings, pace_,
                                       ++calls_, 0);
  }
  template <class Item>
  Batch batch(const std::shared_ptr<GroupCall>& of, const std::vector<Item>& items) {
    Chunk chunk{{}, of->table.expected(), items.size()};
    BytesSink sink(chunk.bytes);
    for (const Item& item : items) {
      std::byte* const length = of->function.type->item_size_bytes == 0 ? sink.place(sizeof(std::uint64_t)) : nullptr;
      const std::size_t begin = sink.written_bytes();
      encode<Item>(sink, item);
      const std::uint64_t size = sink.written_bytes() - begin;
      if (length != nullptr) std::memcpy(length, &size, sizeof size);
    }
    sink.finish();
    const std::size_t first = chunk.first;
    of->table.expect(first + items.size());
    return {of->send(std::move(chunk)), first, items.size(), {}};
  }
  void offer(Batch batch) {
    const std::size_t bytes = batch.measure(batch.count, SIZE_MAX).bytes;
    slot.offer(std::move(batch), bytes);
  }
  void collect() { ASSERT_TRUE(slot.collect(*this)) << "the channel's words contradict each other"; }
  bool try_collect() { return slot.collect(*this); }
  void serve_until_leave() {
    slot.offer_leave();
    worker.serve();
    collect();
  }
  // The answer to an item of a call that does not keep fixed values.
  template <class R>
  R value(const GroupCall& of, std::size_t index) {
    const ByteAnswer& answer = answers.at({&of, index});
    if (answer.kind != ByteAnswer::Kind::value) throw std::logic_error("the answer is an exception");
    BytesSource source(answer.bytes);
    return decode<R>(source);
  }

 private:
  void on_start_failed(Bytes) override {}
  void on_answer(GroupCall& of, std::size_t index, ByteAnswer answer) override {
    if (of.table.fixed_size_bytes() != 0) {
      ++fixed_answers;
      return of.table.put(index, std::move(answer));
    }
    EXPECT_TRUE(answers.emplace(std::pair{&of, index}, std::move(answer)).second) << "item " << index << " ended twice";
  }
  void on_fixed_answers(GroupCall&, std::size_t count) override { fixed_answers += count; }
  void on_times(int, const GroupCall&, std::size_t, const ItemTimes&, bool) override {}

  EventFd bell_;
  std::shared_ptr<CallHost> host_ = std::make_shared<IdleHost>();
  CallbackThread callbacks_;
  double pace_ = 0;
  std::uint64_t calls_ = 0;
  ChannelBlock block_;

 public:
  Channel channel;
  WorkerSlot slot;
  Worker worker;
  std::map<std::pair<const GroupCall*, std::size_t>, ByteAnswer> answers;
  std::size_t fixed_answers = 0;
};

}  // namespace multiprocessing::detail
