// SPDX-License-Identifier: MIT
#include "pool/parent/worker_slot.hpp"

#include "os/futex.hpp"

#include <algorithm>

namespace multiprocessing::detail {

std::size_t WorkerSlot::free_bytes() const {
  const std::uint64_t consumed = channel_.words->consumed.load(std::memory_order_acquire);
  const std::uint64_t used = filled_ - consumed;
  // An overwritten word must not make room where there is none; collect() notices the rest.
  return used <= channel_.tasks.size_bytes() ? channel_.tasks.size_bytes() - static_cast<std::size_t>(used) : 0;
}

bool WorkerSlot::can_offer(std::size_t bytes) {
  if (state != State::up || is_streaming()) return false;
  // The rest of a lap may have to be skipped in front of a frame that must be contiguous.
  const std::size_t frame = sizeof(FrameHeader) + std::min(bytes, limit_bytes());
  const std::size_t needed = round_up_to_8(frame) + std::min(channel_.tasks.contiguous_bytes(filled_), frame);
  wants_room_ = free_bytes() < needed;
  return !wants_room_;
}

std::size_t WorkerSlot::cache_entry_of(const GroupCall& call) const {
  return static_cast<std::size_t>(std::find(cached_calls_.begin(), cached_calls_.end(), call.number) -
                                  cached_calls_.begin());
}

std::size_t WorkerSlot::function_bytes(const GroupCall& call) const {
  if (call.function.type->load == nullptr || cache_entry_of(call) != cached_calls_.size()) return 0;
  return call.function.state.size_bytes();
}

int WorkerSlot::cache_entry_for(const GroupCall& call, bool& fills) {
  if (call.function.type->load == nullptr) return -1;
  std::size_t entry = cache_entry_of(call);
  fills = entry == cached_calls_.size();
  if (fills) {
    entry = next_cache_entry_++ % cached_calls_.size();
    cached_calls_[entry] = call.number;
  }
  return static_cast<int>(entry);
}

std::uint64_t WorkerSlot::begin_frame(std::size_t contiguous_bytes) {
  const std::size_t lap_left = channel_.tasks.contiguous_bytes(filled_);
  if (lap_left < contiguous_bytes) {
    if (lap_left >= sizeof(FrameHeader)) {
      FrameHeader skip{};
      skip.kind = FrameKind::skip;
      std::memcpy(channel_.tasks.at(filled_), &skip, sizeof skip);
    }
    filled_ += lap_left;
  }
  return filled_;
}

void WorkerSlot::make_room_for_frame() {
  make_room(frames_, 1);
  left_.reserve(frames_.capacity());
}

void WorkerSlot::publish_frame(Frame frame) {
  frame.number = offered_;
  ++offered_;
  unanswered_items_ += frame.batch.count;
  frames_.push_back(std::move(frame));
  std::uint64_t word = channel_.words->turn.load(std::memory_order_relaxed);
  Turn turn;
  // Release: the frame's bytes become visible before the offer. Pairs with the swap in Worker::claim. Seq_cst: then we
  // look whether the worker sleeps. It fails only if the worker claims meanwhile. Garbage is left as it is.
  do {
    turn = Turn::of(word);
    if (turn.offered != frames_.back().number) {
      state = State::overwritten;
      return;
    }
    turn.offered = offered_;
  } while (!channel_.words->turn.compare_exchange_weak(word, turn.word(), std::memory_order_seq_cst));
  wake(ParkReason::for_frames);
}

void WorkerSlot::offer(Batch&& batch, std::size_t bytes) {
  GroupCall& call = batch.call();
  const Bytes& function_state = call.function.state;
  const std::size_t state_bytes = function_bytes(call);
  const bool streamed = state_bytes + bytes > limit_bytes();
  make_room_for_frame();
  if (streamed) make_room(stream_, 2);

  Frame frame;
  frame.begin = filled_;
  frame.cache_entry = cache_entry_for(call, frame.fills_cache_entry);

  FrameHeader header{};
  header.type = reinterpret_cast<std::uintptr_t>(call.function.type);
  header.function_bytes = state_bytes;
  header.bytes = bytes;
  header.first_item = call.first_index + batch.first;
  header.items = static_cast<std::uint32_t>(batch.count);
  header.kind = streamed ? FrameKind::streamed_work : FrameKind::work;
  header.cache_entry = frame.cache_entry;
  header.fills_cache_entry = frame.fills_cache_entry;
  header.prompt = call.keep != Keep::all;
  header.is_revocable = call.is_revocable;
  header.timing = times_all_ ? Timing::all : call.is_timed() ? Timing::beginning : Timing::none;
  header.address = call.function.address;

  const std::uint64_t begin = begin_frame(sizeof header + (streamed ? 0 : state_bytes + bytes));
  std::memcpy(channel_.tasks.at(begin), &header, sizeof header);
  filled_ += sizeof header;
  if (streamed) {
    if (state_bytes != 0) stream_.push_back({&function_state, {}, state_bytes, batch.work});
    stream_.push_back({&batch.work->chunk.bytes, batch.place, bytes, batch.work});
    stream();
  } else {
    BytesPosition at{};
    copy_from(function_state, at, channel_.tasks.at(filled_), state_bytes);
    at = batch.place;
    copy_from(batch.work->chunk.bytes, at, channel_.tasks.at(filled_) + state_bytes, bytes);
    filled_ = round_up_to_8(filled_ + state_bytes + bytes);
  }
  frame.batch = std::move(batch);
  publish_frame(std::move(frame));
}

void WorkerSlot::stream() {
  if (stream_.empty()) return;
  const std::uint64_t before = filled_;
  std::size_t room = free_bytes();
  while (room != 0 && !stream_.empty()) {
    Stream& part = stream_.front();
    const std::size_t size = std::min({room, part.left, channel_.tasks.contiguous_bytes(filled_)});
    copy_from(*part.bytes, part.place, channel_.tasks.at(filled_), size);
    filled_ += size;
    room -= size;
    part.left -= size;
    if (part.left == 0) stream_.pop_front();
  }
  if (filled_ == before) return;
  const std::uint64_t filled = filled_;
  if (stream_.empty()) {
    filled_ = round_up_to_8(filled_);
  } else {
    // Not only arm() says so: who listens may sleep already while another thread begins to stream, or goes on.
    channel_.wake->at_consumed.store(filled - channel_.tasks.size_bytes() / 2, std::memory_order_relaxed);
  }
  // Release: the bytes before their end. Seq_cst: then we look whether the worker sleeps.
  channel_.words->filled.store(filled, std::memory_order_seq_cst);
  wake(ParkReason::for_bytes);
}

void WorkerSlot::offer_leave() {
  make_room_for_frame();
  Frame frame;
  frame.begin = filled_;
  FrameHeader header{};
  header.kind = FrameKind::leave;
  std::memcpy(channel_.tasks.at(begin_frame(sizeof header)), &header, sizeof header);
  filled_ += sizeof header;
  state = State::leaving;
  publish_frame(std::move(frame));
}

std::vector<Batch> WorkerSlot::recall() {
  std::uint64_t word = channel_.words->turn.load(std::memory_order_relaxed);
  Turn turn = Turn::of(word);
  if (turn.claimed == offered_ || state == State::overwritten || !is_possible(turn)) return {};
  std::vector<Batch> batches;
  batches.reserve(offered_ - turn.claimed);
  turn.offered = turn.claimed;
  // One try: if the worker claims meanwhile, what it claimed is no longer ours to take.
  if (!channel_.words->turn.compare_exchange_strong(word, turn.word(), std::memory_order_seq_cst)) return {};
  while (!frames_.empty() && static_cast<std::int32_t>(frames_.back().number - turn.claimed) >= 0) {
    Frame& frame = frames_.back();
    filled_ = frame.begin;
    offered_ = frame.number;
    unanswered_items_ -= frame.batch.count;
    if (frame.fills_cache_entry) cached_calls_[static_cast<std::size_t>(frame.cache_entry)] = 0;
    if (frame.batch.count != 0) batches.push_back(std::move(frame.batch));
    frames_.pop_back();
    stream_.clear();  // only the last frame can be on its way
  }
  if (state == State::leaving) state = State::up;
  std::reverse(batches.begin(), batches.end());
  return batches;
}

std::size_t WorkerSlot::unclaimed_frames() const {
  // A frame with an answer was claimed, whatever the word says now.
  const bool front_is_claimed = !frames_.empty() && frames_.front().answered != 0;
  const std::size_t most = frames_.size() - (front_is_claimed ? 1 : 0);
  return std::min<std::size_t>(static_cast<std::uint32_t>(offered_ - claimed()), most);
}

std::size_t WorkerSlot::unclaimed_items() const {
  std::size_t items = 0;
  const std::size_t frames = unclaimed_frames();
  for (std::size_t back = 1; back <= frames; ++back) items += frames_[frames_.size() - back].batch.count;
  return items;
}

bool WorkerSlot::has_withdrawn() const {
  const auto first = frames_.end() - static_cast<std::ptrdiff_t>(unclaimed_frames());
  return std::any_of(first, frames_.end(),
                     [](const Frame& frame) { return frame.batch.count != 0 && frame.batch.call().withdrawn; });
}

std::size_t WorkerSlot::running_items() const { return unclaimed_frames() == frames_.size() ? 0 : 1; }

void WorkerSlot::arm(bool eager, bool wants_to_offer, bool when_idle) {
  WakeThresholds& line = *channel_.wake;
  const bool each = eager || state == State::starting;
  const std::uint64_t room = channel_.results.size_bytes() / 2;
  // Seq_cst: the listener may be asleep already, and it is another thread that wants more now.
  line.at_committed.store(each ? taken_ + 1 : taken_ + room, std::memory_order_seq_cst);
  // Not whether there is room now: it may have come after we looked for some.
  line.at_consumed.store(is_streaming() || wants_room_ ? filled_ - channel_.tasks.size_bytes() / 2 : never_wake,
                         std::memory_order_relaxed);
  // With nothing unclaimed a claim changes nothing: what is missing is room, or the end of what runs.
  const std::uint32_t unclaimed = offered_ - claimed();
  std::uint32_t wanted = wants_to_offer && unclaimed != 0 ? offered_ - unclaimed / 2 : 0;
  if (wants_to_offer && unclaimed != 0 && wanted == 0) wanted = 1;  // 0 means never
  line.when_idle.store(when_idle ? 1 : 0, std::memory_order_relaxed);
  line.at_claimed.store(wanted, std::memory_order_seq_cst);
}

bool WorkerSlot::needs_attention(bool wants_to_offer) const {
  const std::uint64_t committed = channel_.words->committed.load(std::memory_order_seq_cst);
  const Turn turn = Turn::of(channel_.words->turn.load(std::memory_order_seq_cst));
  const std::uint64_t consumed = channel_.words->consumed.load(std::memory_order_seq_cst);
  const WakeThresholds& line = *channel_.wake;
  const std::uint32_t wanted = line.at_claimed.load(std::memory_order_relaxed);
  return state == State::overwritten || committed >= line.at_committed.load(std::memory_order_relaxed) ||
         consumed >= line.at_consumed.load(std::memory_order_relaxed) ||
         (committed != taken_ && turn.claimed == turn.offered) ||
         (wants_to_offer && wanted != 0 && static_cast<std::int32_t>(turn.claimed - wanted) >= 0 && state == State::up);
}

void WorkerSlot::wake(ParkReason reason) {
  const std::uint32_t parked = channel_.words->parked.load(std::memory_order_seq_cst);
  if (park_reason(parked) != reason || parked == rung_for_) return;
  rung_for_ = parked;
  channel_.words->bell.fetch_add(1, std::memory_order_release);
  futex_wake(channel_.words->bell);
}

}  // namespace multiprocessing::detail
