// SPDX-License-Identifier: MIT
#include "pool/parent/worker_slot.hpp"

#include <algorithm>
#include <limits>
#include <new>

namespace multiprocessing::detail {

bool WorkerSlot::is_possible(Turn turn) const {
  const auto first_number = static_cast<std::uint32_t>(offered_ - frames_.size());
  // Nothing that was claimed is unclaimed again: recall() would take back what is answered.
  const std::uint32_t least = !frames_.empty() && frames_.front().answered != 0 ? 1 : 0;
  const std::uint32_t frames = turn.claimed - first_number;
  return turn.offered == offered_ && least <= frames && frames <= frames_.size();
}

bool WorkerSlot::collect(AnswerSink& sink) {
  if (state != State::overwritten && take_answers(sink)) return true;
  state = State::overwritten;  // gets nothing more, and nothing is taken back from it
  return false;
}

bool WorkerSlot::take_answers(AnswerSink& sink) {
  // Acquire: what is before `committed` is whole. Pairs with the store in ResultWriter::publish. Loaded once: what
  // comes later is for the next pass, so that no worker can hold us here.
  const std::uint64_t committed = channel_.words->committed.load(std::memory_order_seq_cst);
  const Turn turn = Turn::of(channel_.words->turn.load(std::memory_order_acquire));
  const std::uint64_t consumed = channel_.words->consumed.load(std::memory_order_relaxed);
  if (!is_possible(turn) || filled_ - consumed > channel_.tasks.size_bytes() ||
      committed - taken_ > channel_.results.size_bytes() || committed % 8 != 0) {
    return false;
  }
  if (committed == taken_) return true;
  bool consistent = true;
  while (consistent && taken_ != committed) {
    std::uint64_t position = taken_;
    if (!take_fixed_values(sink, position, committed)) consistent = take_piece(sink, position, committed);
    taken_ = position;  // at once: where memory runs out, what was answered is not taken again for what comes next
  }
  // Release: we have copied what the worker may overwrite now. Seq_cst: then we look whether it sleeps.
  channel_.words->taken.store(taken_, std::memory_order_seq_cst);
  wake(ParkReason::for_room);
  note_times();
  return consistent;
}

// Many values of fixed size, all of one frame, which are most of what a map of numbers answers: take_piece(), in a
// loop.
bool WorkerSlot::take_fixed_values(AnswerSink& sink, std::uint64_t& position, std::uint64_t committed) {
  if (times_all_ || frames_.empty() || parts_.size_bytes() != 0 || !is_claimed(frames_.front())) return false;
  Frame& frame = frames_.front();
  if (frame.batch.count == 0) return false;
  AnswerTable& table = frame.batch.call().table;
  const std::size_t fixed = table.fixed_size_bytes();
  if (fixed == 0) return false;
  const std::uint64_t size = round_up_to_8(sizeof(PieceHeader) + fixed);
  const std::size_t most = std::min<std::uint64_t>({frame.batch.count - frame.answered, (committed - position) / size,
                                                    channel_.results.contiguous_bytes(position) / size});
  const std::byte* piece = channel_.results.at(position);
  std::size_t count = 0;
  for (; count != most; ++count, piece += size) {
    PieceHeader header;
    std::memcpy(&header, piece, sizeof header);
    if (header.kind != PieceKind::value || header.bytes != fixed) break;
    table.put_fixed(frame.batch.first + frame.answered + count, piece + sizeof header);
  }
  if (count == 0) return false;
  position += count * size;
  sink.on_fixed_answers(frame.batch.call(), count);
  answered(count);
  return true;
}

// An answer for which there is no memory here is that item's error, and nobody else's.
void WorkerSlot::keep_part(const std::byte* data, std::size_t size_bytes) {
  part_bytes_ += size_bytes;
  if (parts_error_) return;
  try {
    parts_.append(data, size_bytes);
  } catch (...) {
    parts_ = {};
    parts_error_ = std::current_exception();
  }
}

bool WorkerSlot::take_piece(AnswerSink& sink, std::uint64_t& position, std::uint64_t committed) {
  PieceHeader header;
  std::memcpy(&header, channel_.results.at(position), sizeof header);
  const std::uint64_t size = round_up_to_8(sizeof header + std::uint64_t{header.bytes});
  if (size > committed - position || size > channel_.results.contiguous_bytes(position)) return false;
  const std::byte* const data = channel_.results.at(position) + sizeof header;
  position += size;
  switch (header.kind) {
    case PieceKind::padding:
      return true;
    case PieceKind::part:
      keep_part(data, header.bytes);
      return !frames_.empty() || state == State::starting;
    case PieceKind::name: {
      if (frames_.empty() || !is_claimed(frames_.front())) return false;
      try {
        auto passage = read_passage(data, header.bytes);
        if (passage) passages_.push_back(std::move(*passage));
        return passage.has_value();
      } catch (const std::bad_alloc&) {
        parts_error_ = std::current_exception();
        return true;
      }
    }
    case PieceKind::void_parts:
      forget_parts();
      abandon_names();
      return true;
    case PieceKind::value:
    case PieceKind::exception:
      return take_answer(sink, header.kind, data, header.bytes);
    case PieceKind::started: {
      WorkerStart start{};
      if (state != State::starting || header.bytes != sizeof start) return false;
      std::memcpy(&start, data, sizeof start);
      if (start.pid <= 0 || start.pid > std::numeric_limits<pid_t>::max()) return false;  // somebody may kill() it
      if (pid == 0) pid = static_cast<pid_t>(start.pid);  // it may be here before the fork server's report
      const Clock::time_point announced{std::chrono::nanoseconds(start.up_nanoseconds)};
      up_since = std::clamp(announced, ordered_at, Clock::now());
      state = State::up;
      return true;
    }
    case PieceKind::start_failed: {
      if (state != State::starting) return false;
      keep_part(data, header.bytes);
      sink.on_start_failed(std::move(parts_));
      forget_parts();
      return true;
    }
  }
  return false;
}

bool WorkerSlot::take_answer(AnswerSink& sink, PieceKind kind, const std::byte* data, std::size_t size_bytes) {
  if (frames_.empty() || !is_claimed(frames_.front()) || frames_.front().batch.count == 0) return false;
  Frame& frame = frames_.front();
  GroupCall& call = frame.batch.call();
  const std::size_t index = frame.batch.first + frame.answered;
  const std::size_t fixed = call.table.fixed_size_bytes();
  ByteAnswer answer{.kind = kind == PieceKind::value ? ByteAnswer::Kind::value : ByteAnswer::Kind::exception};
  ItemTimes times{};
  if (times_all_) {
    if (size_bytes != sizeof times) return false;
    std::memcpy(&times, data, sizeof times);
  } else {
    keep_part(data, size_bytes);
  }
  if (parts_error_) {
    answer.kind = ByteAnswer::Kind::failure;
    answer.error =
        cannot_be_held(parts_error_, *call.function.type->result_type, call.first_index + index, part_bytes_);
  } else if (fixed != 0 && kind == PieceKind::value && parts_.size_bytes() != fixed) {
    return false;
  }
  answer.bytes = std::move(parts_);
  forget_parts();
  if (!passages_.empty()) take_names_of(answer);
  if (times_all_) sink.on_times(index_, call, index, times, answer.kind != ByteAnswer::Kind::value);
  sink.on_answer(call, index, std::move(answer));
  answered(1);
  return true;
}

void WorkerSlot::take_names_of(ByteAnswer& answer) {
  try {
    answer.names = take_names(passages_);
    passages_.clear();
  } catch (...) {
    abandon_names();
    answer = {.kind = ByteAnswer::Kind::failure, .bytes = {}, .error = std::current_exception(), .names = {}};
  }
}

void WorkerSlot::abandon_names() {
  for (const NamePassage& passage : passages_) end_passage(passage.name.c_str(), passage.file, passage.number);
  passages_.clear();
}

void WorkerSlot::abandon_all_names() noexcept {
  const std::uint64_t committed = channel_.words->committed.load(std::memory_order_acquire);
  std::uint64_t position = channel_.words->taken.load(std::memory_order_relaxed);
  const bool is_possible = committed - position <= channel_.results.size_bytes() && position % 8 == 0;
  while (is_possible && position < committed) {
    PieceHeader header;
    std::memcpy(&header, channel_.results.at(position), sizeof header);
    const std::uint64_t size = round_up_to_8(sizeof header + std::uint64_t{header.bytes});
    if (size > committed - position || size > channel_.results.contiguous_bytes(position)) break;
    if (header.kind == PieceKind::name) {
      try {
        auto passage = read_passage(channel_.results.at(position) + sizeof header, header.bytes);
        if (passage) passages_.push_back(std::move(*passage));
      } catch (const std::bad_alloc&) {
        // The name goes with this process: the worker's tracker looks after it until then.
      }
    }
    position += size;
  }
  abandon_names();
}

void WorkerSlot::answered(std::size_t items) {
  Frame& frame = frames_.front();
  answered_items_ += items;
  unanswered_items_ -= items;
  frame.answered += items;
  if (frame.answered != frame.batch.count) return;
  last_timeout_ = frame.batch.call().timeout;
  frames_.pop_front();
}

void WorkerSlot::note_times() {
  // More is garbage; and no sum may overflow.
  const auto counted = [](const std::atomic<std::uint64_t>& word) {
    constexpr auto most = static_cast<std::uint64_t>(longest_time.count());
    const std::uint64_t count = word.load(std::memory_order_relaxed);
    return std::chrono::nanoseconds(count <= most ? static_cast<std::int64_t>(count) : 0);
  };
  now_working_ = counted(channel_.words->working_nanoseconds);
  now_waiting_ = counted(channel_.words->waiting_nanoseconds);
}

}  // namespace multiprocessing::detail
