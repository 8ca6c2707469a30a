// SPDX-License-Identifier: MIT
#include "pool/parent/task_writer.hpp"

#include <algorithm>

namespace multiprocessing::detail {

std::size_t TaskWriter::free_bytes() const {
  const std::uint64_t used = used_bytes(std::memory_order_acquire);
  // An overwritten word must not make room where there is none; WorkerSlot::collect() notices the rest.
  return used <= tasks_.size_bytes() ? tasks_.size_bytes() - static_cast<std::size_t>(used) : 0;
}

bool TaskWriter::can_offer(std::size_t bytes) {
  if (is_streaming()) return false;
  // The rest of a lap may have to be skipped in front of a frame that must be contiguous.
  const std::size_t frame = sizeof(FrameHeader) + std::min(bytes, limit_bytes());
  const std::size_t needed = round_up_to_8(frame) + std::min(tasks_.contiguous_bytes(filled_), frame);
  wants_room_ = free_bytes() < needed;
  return !wants_room_;
}

std::uint64_t TaskWriter::begin_frame(std::size_t contiguous_bytes) {
  const std::size_t lap_left = tasks_.contiguous_bytes(filled_);
  if (lap_left < contiguous_bytes) {
    if (lap_left >= sizeof(FrameHeader)) {
      FrameHeader skip{};
      skip.kind = FrameKind::skip;
      std::memcpy(tasks_.at(filled_), &skip, sizeof skip);
    }
    filled_ += lap_left;
  }
  return filled_;
}

bool TaskWriter::offer(FramesInFlight& frames, Batch&& batch, std::size_t bytes) {
  GroupCall& call = batch.call();
  const Bytes& function_state = call.function.state;
  const std::size_t state_bytes = function_bytes(call);
  const bool streamed = state_bytes + bytes > limit_bytes();
  frames.make_room_for_one();
  if (streamed) make_room(stream_, 2);

  FramesInFlight::Frame frame;
  frame.begin = filled_;
  frame.cache_entry = functions_.entry_for(call, frame.fills_cache_entry);

  FrameHeader header{};
  header.type = call.function.type_in_worker;
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
  std::memcpy(tasks_.at(begin), &header, sizeof header);
  filled_ += sizeof header;
  if (streamed) {
    if (state_bytes != 0) stream_.push_back({&function_state, {}, state_bytes, batch.work});
    stream_.push_back({&batch.work->chunk.bytes, batch.place, bytes, batch.work});
    stream();
  } else {
    BytesPosition at{};
    copy_from(function_state, at, tasks_.at(filled_), state_bytes);
    at = batch.place;
    copy_from(batch.work->chunk.bytes, at, tasks_.at(filled_) + state_bytes, bytes);
    filled_ = round_up_to_8(filled_ + state_bytes + bytes);
  }
  frame.batch = std::move(batch);
  return frames.publish(std::move(frame));
}

void TaskWriter::stream() {
  if (stream_.empty()) return;
  const std::uint64_t before = filled_;
  std::size_t room = free_bytes();
  while (room != 0 && !stream_.empty()) {
    Stream& part = stream_.front();
    const std::size_t size = std::min({room, part.left, tasks_.contiguous_bytes(filled_)});
    copy_from(*part.bytes, part.place, tasks_.at(filled_), size);
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
    wake_->at_consumed.store(wake_at_consumed(), std::memory_order_relaxed);
  }
  // Release: the bytes before their end. Seq_cst: then we look whether the worker sleeps.
  words_->filled.store(filled, std::memory_order_seq_cst);
  bytes_bell_.ring_if_it_sleeps();
}

bool TaskWriter::offer_leave(FramesInFlight& frames) {
  frames.make_room_for_one();
  FramesInFlight::Frame frame;
  frame.begin = filled_;
  FrameHeader header{};
  header.kind = FrameKind::leave;
  std::memcpy(tasks_.at(begin_frame(sizeof header)), &header, sizeof header);
  filled_ += sizeof header;
  return frames.publish(std::move(frame));
}

std::optional<std::vector<Batch>> TaskWriter::recall(FramesInFlight& frames) {
  const Turn seen = frames.turn(std::memory_order_relaxed);
  if (seen.claimed == seen.offered || !frames.is_possible(seen)) return std::nullopt;
  std::vector<Batch> batches;
  batches.reserve(seen.offered - seen.claimed);
  const bool taken_back = frames.take_back(seen, [&](FramesInFlight::Frame& frame) {
    filled_ = frame.begin;
    if (frame.fills_cache_entry) functions_.forget(frame.cache_entry);
    if (frame.batch.count != 0) batches.push_back(std::move(frame.batch));
    stream_.clear();  // only the last frame can be on its way
  });
  if (!taken_back) return std::nullopt;
  std::reverse(batches.begin(), batches.end());
  return batches;
}

void TaskWriter::start_anew() noexcept {
  stream_.clear();
  wants_room_ = false;
  functions_.forget_all();
  filled_ = 0;
  bytes_bell_.start_anew();
}

}  // namespace multiprocessing::detail
