// SPDX-License-Identifier: MIT
#include "pool/parent/result_reader.hpp"

#include "pool/item_error.hpp"

#include <algorithm>

namespace multiprocessing::detail {

bool ResultReader::take(std::uint64_t committed, WorkerProcess& process, FramesInFlight& frames, AnswerSink& sink) {
  if (committed - taken_ > results_.size_bytes() || committed % 8 != 0) return false;
  if (committed == taken_) return true;
  bool consistent = true;
  while (consistent && taken_ != committed) {
    std::uint64_t position = taken_;
    if (!take_fixed_values(frames, sink, position, committed)) {
      consistent = take_piece(process, frames, sink, position, committed);
    }
    taken_ = position;  // at once: where memory runs out, what was answered is not taken again for what comes next
  }
  // Release: we have copied what the worker may overwrite now. Seq_cst: then we look whether it sleeps.
  words_->taken.store(taken_, std::memory_order_seq_cst);
  room_bell_.ring_if_it_sleeps();
  times_.note(*words_);
  return consistent;
}

namespace {

// Copies the values of pieces that lie side by side, until one is no value of that size. Returns how many it copied.
template <std::size_t known_bytes>
std::size_t copy_values(const std::byte* piece, std::size_t piece_bytes, std::size_t value_bytes, std::byte* to,
                        std::size_t most) {
  const std::size_t bytes = known_bytes == 0 ? value_bytes : known_bytes;  // a call of memcpy takes longer than a move
  for (std::size_t count = 0; count != most; ++count, piece += piece_bytes, to += bytes) {
    PieceHeader header;
    std::memcpy(&header, piece, sizeof header);
    if (header.kind != PieceKind::value || header.bytes != bytes) return count;
    std::memcpy(to, piece + sizeof header, bytes);
  }
  return most;
}

}  // namespace

// Many values of fixed size, all of one frame, which are most of what a map of numbers answers: take_piece(), in a
// loop.
bool ResultReader::take_fixed_values(FramesInFlight& frames, AnswerSink& sink, std::uint64_t& position,
                                     std::uint64_t committed) {
  if (times_all_ || partial_.kept_bytes() != 0) return false;
  const FramesInFlight::Frame* const frame = frames.claimed_work();
  if (frame == nullptr) return false;
  GroupCall& call = frame->batch.call();
  const std::size_t fixed = call.table.fixed_size_bytes();
  if (fixed == 0) return false;
  const std::uint64_t size = round_up_to_8(sizeof(PieceHeader) + fixed);
  const std::size_t most = std::min<std::uint64_t>({frame->batch.count - frame->answered, (committed - position) / size,
                                                    results_.contiguous_bytes(position) / size});
  const auto [values, places] = call.table.places(frame->batch.first + frame->answered, most);
  const auto copy = fixed == 8 ? copy_values<8> : fixed == 4 ? copy_values<4> : copy_values<0>;
  const std::size_t count = copy(results_.at(position), size, fixed, values, places);
  if (count == 0) return false;
  call.table.wrote_fixed(count);
  position += count * size;
  sink.on_fixed_answers(call, count);
  frames.answered(count);
  return true;
}

// Copies the header of the piece at `position`. Gives the bytes that it takes, 0 if they are not all there.
std::uint64_t ResultReader::whole_piece(std::uint64_t position, std::uint64_t committed, PieceHeader& header) const {
  std::memcpy(&header, results_.at(position), sizeof header);
  const std::uint64_t size = round_up_to_8(sizeof header + std::uint64_t{header.bytes});
  return size > committed - position || size > results_.contiguous_bytes(position) ? 0 : size;
}

bool ResultReader::take_piece(WorkerProcess& process, FramesInFlight& frames, AnswerSink& sink, std::uint64_t& position,
                              std::uint64_t committed) {
  PieceHeader header;
  const std::uint64_t size = whole_piece(position, committed, header);
  if (size == 0) return false;
  const std::byte* const data = results_.at(position) + sizeof header;
  position += size;
  switch (header.kind) {
    case PieceKind::padding:
      return true;
    case PieceKind::part:
      partial_.add(data, header.bytes);
      return frames.size() != 0 || process.state == WorkerProcess::State::starting;
    case PieceKind::name:
      return frames.first_is_claimed() && partial_.add_name(data, header.bytes);
    case PieceKind::void_parts:
      partial_.forget_bytes();
      partial_.abandon_names();
      return true;
    case PieceKind::value:
    case PieceKind::exception:
      return take_answer(frames, sink, header.kind, data, header.bytes);
    case PieceKind::started: {
      WorkerStart start{};
      if (header.bytes != sizeof start) return false;
      std::memcpy(&start, data, sizeof start);
      return process.note_start(start);
    }
    case PieceKind::start_failed: {
      if (process.state != WorkerProcess::State::starting) return false;
      Bytes exception;
      partial_.add(data, header.bytes);
      partial_.move_bytes_to(exception);
      sink.on_start_failed(std::move(exception));
      return true;
    }
  }
  return false;
}

bool ResultReader::take_answer(FramesInFlight& frames, AnswerSink& sink, PieceKind kind, const std::byte* data,
                               std::size_t size_bytes) {
  const FramesInFlight::Frame* const frame = frames.claimed_work();
  if (frame == nullptr) return false;
  GroupCall& call = frame->batch.call();
  const std::size_t index = frame->batch.first + frame->answered;
  const std::size_t fixed = call.table.fixed_size_bytes();
  ByteAnswer answer{.kind = kind == PieceKind::value ? ByteAnswer::Kind::value : ByteAnswer::Kind::exception};
  ItemTimes times{};
  if (times_all_) {
    if (size_bytes != sizeof times) return false;
    std::memcpy(&times, data, sizeof times);
  } else {
    partial_.add(data, size_bytes);
  }
  if (partial_.error()) {
    answer.kind = ByteAnswer::Kind::failure;
    answer.error = cannot_be_held(partial_.error(), *call.function.type->result_type, call.first_index + index,
                                  partial_.size_bytes());
  } else if (fixed != 0 && kind == PieceKind::value && partial_.kept_bytes() != fixed) {
    return false;
  }
  partial_.move_bytes_to(answer.bytes);
  if (partial_.has_names()) partial_.move_names_to(answer);
  if (times_all_) sink.on_times(slot_, call, index, times, answer.kind != ByteAnswer::Kind::value);
  sink.on_answer(call, index, std::move(answer));
  frames.answered(1);
  return true;
}

void ResultReader::abandon_all_names() noexcept {
  const std::uint64_t committed = words_->committed.load(std::memory_order_acquire);
  std::uint64_t position = words_->taken.load(std::memory_order_relaxed);
  const bool is_possible = committed - position <= results_.size_bytes() && position % 8 == 0;
  while (is_possible && position < committed) {
    PieceHeader header;
    const std::uint64_t size = whole_piece(position, committed, header);
    if (size == 0) break;
    // A name for which there is no memory goes with this process: the worker's tracker looks after it until then.
    if (header.kind == PieceKind::name) partial_.add_name(results_.at(position) + sizeof header, header.bytes);
    position += size;
  }
  abandon_names();
}

void ResultReader::start_anew() noexcept {
  times_.worker_ended();
  partial_.forget_bytes();
  taken_ = 0;
  room_bell_.start_anew();
}

}  // namespace multiprocessing::detail
