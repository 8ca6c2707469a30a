// SPDX-License-Identifier: MIT
#include "fuzz/parent_end.hpp"

#include "pool/idle_host.hpp"

#include <multiprocessing/detail/function.hpp>

namespace multiprocessing::tests {

using namespace multiprocessing::detail;

namespace {

long twice(long number) { return 2 * number; }
std::string text_of(long number) { return std::to_string(number); }
std::string same(std::string text) { return text; }
struct Appended {  // a function with state, which travels with a frame
  std::string end;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(end);
  }
  std::string operator()(const std::string& text) const { return text + end; }
};

template <class Item, class F>
FunctionImage image(F f) {
  return prepare<F, Item, Spread::no>(f).image;
}

Chunk chunk_of(const GroupCall& call, std::size_t items, std::size_t size_bytes) {
  Chunk chunk{{}, call.table.expected(), items};
  BytesSink sink(chunk.bytes);
  for (std::size_t item = 0; item != items; ++item) {
    if (call.function.type->item_size_bytes != 0) {
      encode<long>(sink, 7);
      continue;
    }
    const std::uint64_t length = sizeof(std::uint64_t) + size_bytes;
    std::memcpy(sink.place(sizeof length), &length, sizeof length);
    encode(sink, std::string(size_bytes, 'x'));
  }
  sink.finish();
  return chunk;
}

}  // namespace

ParentEnd::ParentEnd()
    : channel{.words = &memory_->words,
              .tasks = ByteRing(tasks_.get(), ring_bytes),
              .results = ByteRing(results_.get(), ring_bytes),
              .wake = &memory_->wake,
              .parent_sleep = &memory_->parent_sleep,
              .crash = &memory_->crash},
      slot(channel, 0) {
  const auto host = std::make_shared<IdleHost>();
  const TaskOptions timed{.timeout = std::chrono::hours(1)};
  const auto make = [&](std::size_t number, FunctionImage function, Keep keep, bool cancellable,
                        const TaskOptions* options) {
    CallSettings settings;
    settings.keep = keep;
    settings.cancellable = cancellable;
    settings.options = options;
    calls_[number] = std::make_shared<GroupCall>(host, callbacks_, std::move(function), settings, pace_, number + 1, 0);
  };
  make(0, image<long>(twice), Keep::all, false, nullptr);
  make(1, image<std::string>(same), Keep::in_order, false, &timed);
  make(2, image<long>(text_of), Keep::as_they_come, true, nullptr);
  make(3, image<std::string>(Appended{std::string(40, 'y')}), Keep::all, false, nullptr);
  make(4, image<long>(twice), Keep::all, false, &timed);
  slot.state = WorkerSlot::State::starting;
}

void ParentEnd::hand(Batch batch) {
  const std::size_t bytes = batch.measure(batch.count, SIZE_MAX).bytes;
  if (!slot.can_offer(bytes + slot.function_bytes(batch.call()))) {
    taken_back_.push_back(std::move(batch));
    return;
  }
  const std::uint32_t frame = Turn::of(channel.words->turn).offered;
  for (std::size_t item = 0; item != batch.count; ++item) held_.push_back({&batch.call(), batch.first + item, frame});
  slot.offer(std::move(batch), bytes);
  check_counts();
}

void ParentEnd::offer(std::size_t number, std::size_t items, std::size_t size_bytes) {
  const auto& call = calls_[number];
  if (items == 0 || call->table.expected() > 1000) return;
  Chunk chunk = chunk_of(*call, items, size_bytes);
  const std::size_t first = chunk.first;
  call->table.expect(first + items);
  hand({call->send(std::move(chunk)), first, items, {}});
}

void ParentEnd::offer_again() {
  if (taken_back_.empty()) return;
  Batch batch = std::move(taken_back_.front());
  taken_back_.pop_front();
  hand(std::move(batch));
}

void ParentEnd::collect() {
  const bool was_overwritten = slot.state == WorkerSlot::State::overwritten;
  const Clock::time_point up_since = slot.up_since;
  const AllocationMeter meter;
  const bool consistent = slot.collect(*this);
  meter.expect_for(ring_bytes, 16, 4096);
  require(!consistent || !was_overwritten, "an overwritten channel is whole again");
  require(!was_up_ || slot.up_since == up_since, "a worker started twice");
  was_up_ = was_up_ || slot.state == WorkerSlot::State::up;
  check_counts();
}

void ParentEnd::check_counts() const {
  require(slot.unanswered_items() == held_.size(), "items that were handed out are miscounted");
  require(slot.unclaimed_items() <= held_.size(), "more is unclaimed than was handed out");
  require(slot.running_items() <= 1, "one worker runs more than one item");
  for (const auto& call : calls_) require(call->table.ended() <= call->table.expected(), "a call has too many answers");
}

void ParentEnd::end(const GroupCall& call, std::size_t index) {
  require(!held_.empty() && held_.front() == Item{&call, index}, "an item ended that was not the next");
  require(is_claimed(held_.front()), "an item ended that no worker had claimed");
  held_.pop_front();
}

void ParentEnd::on_answer(GroupCall& call, std::size_t index, ByteAnswer answer) {
  end(call, index);
  call.table.put(index, std::move(answer));
}

void ParentEnd::on_fixed_answers(GroupCall& call, std::size_t count) {
  require(count <= held_.size(), "more items ended than were handed out");
  for (; count != 0; --count) end(call, held_.front().index);
}

void ParentEnd::check_are_held(const std::vector<Batch>& batches, std::size_t from) const {
  for (const Batch& batch : batches) {
    for (std::size_t item = 0; item != batch.count; ++item, ++from) {
      require(from < held_.size() && held_[from] == Item{&batch.call(), batch.first + item},
              "an item came back that was not handed out, or not in its place");
    }
  }
  require(from == held_.size(), "an item that was handed out is missing");
}

void ParentEnd::recall() {
  std::vector<Batch> batches = slot.recall();
  const std::size_t left = slot.unanswered_items();
  require(left <= held_.size(), "more is left than was handed out");
  check_are_held(batches, left);
  held_.resize(left);
  for (Batch& batch : batches) taken_back_.push_back(std::move(batch));
  check_counts();
}

void ParentEnd::look() {
  check_counts();
  require(slot.pid >= 0, "a pid stands for a group of processes");
  (void)slot.is_parked();
  (void)slot.has_news();
  (void)slot.is_streaming();
  (void)slot.must_be_killed();
  require(slot.claimed_items() <= slot.answered_items() + held_.size(), "more was claimed than handed out");
  require(slot.working() >= std::chrono::nanoseconds::zero(), "a worker has worked for less than no time");
  require(slot.waiting() >= std::chrono::nanoseconds::zero(), "a worker has waited for less than no time");
  if (slot.unanswered_items() != 0) {
    require(&slot.working_on() == held_.front().call, "a worker works on what it was not handed");
  }
}

void ParentEnd::condemn(bool only_if_timed) {
  const auto now = Clock::now();
  const auto item = slot.timed_item(now);
  if (item) require(item->timeout == std::chrono::hours(1) && item->began <= now, "an item is timed that is not");
  if (!item && only_if_timed) return;
  if (slot.must_be_killed()) return;
  const std::uint64_t word = item ? item->running : channel.words->running.load();
  condemned_ = slot.condemn(word, WorkerSlot::Verdict::outran_its_time) || condemned_;
}

void ParentEnd::leave() {
  if (slot.can_offer(0)) slot.offer_leave();
}

void ParentEnd::bury() {
  collect();
  const bool overwritten = slot.state == WorkerSlot::State::overwritten;
  WorkerSlot::Remains remains = slot.take_apart(overwritten);
  require(remains.overwritten || !overwritten, "an overwritten channel is whole again");
  require(
      remains.verdict == WorkerSlot::Verdict::none || condemned_ || remains.verdict == WorkerSlot::Verdict::cancelled,
      "a worker was condemned by nobody");
  std::size_t blamed = 0;
  if (remains.blamed) {
    const auto& [batch, phase] = *remains.blamed;
    require(!remains.overwritten, "an item is blamed by words that contradict each other");
    require(phase >= Phase::decoding && phase <= Phase::done, "an item is blamed that was not begun");
    require(batch.count == 1 && !held_.empty() && held_.front() == Item{&batch.call(), batch.first},
            "an item is blamed that was not the next");
    require(is_claimed(held_.front()), "an item is blamed that no worker had claimed");
    blamed = 1;
  }
  check_are_held(remains.rest, blamed);
  held_.clear();
  for (Batch& batch : remains.rest) taken_back_.push_back(std::move(batch));
  check_counts();

  memory_->~Memory();
  new (memory_.get()) Memory{};
  was_up_ = condemned_ = false;
  slot.state = WorkerSlot::State::starting;
  slot.pid = 0;
}

}  // namespace multiprocessing::tests
