// SPDX-License-Identifier: MIT
// Messages that are larger than any segment that can be mapped. The protocol is in queue_core.hpp.
#include "ipc/queue_core.hpp"

namespace multiprocessing::detail {

using Kind = QueueRing::Kind;
using Point = QueueCursor::Point;

void QueueCore::wait_until_taken(std::uint64_t position, Deadline deadline) {
  wait_for_getters([&](const Point& got) { return got.position == position; }, deadline);
}

// At least two segments can hold a piece, so that the next piece can be written before the last one is taken.
std::size_t QueueCore::piece_bytes() {
  int segment = ring_.smallest_segment(QueueRing::record_bytes(settings_.piece_bytes));
  while (!memory_.map(segment + 1)) --segment;
  return std::min(settings_.piece_bytes, ring_.most_bytes(segment));
}

void QueueCore::put_pieces(const Bytes& message, Deadline deadline) {
  BytesSource source(message);
  const std::size_t most_bytes = piece_bytes();
  wait_until_taken(words_->put.load().position, deadline);
  HeldMutex next(lock_of_move(words_->put.load().moves + 1));
  for (bool is_first = true, is_last = false; !is_last; is_first = false) {
    const Point put = words_->put.load();
    const std::size_t size_bytes = std::min(source.remaining_bytes(), most_bytes);
    is_last = size_bytes == source.remaining_bytes();
    const Kind kind = is_first ? (is_last ? Kind::whole : Kind::first) : is_last ? Kind::last : Kind::middle;
    const std::uint64_t position = position_for(put.position, QueueRing::record_bytes(size_bytes), deadline);
    const std::uint64_t end = ring_.write(position, kind, source, size_bytes);
    wait_until_taken(put.position, deadline);
    HeldMutex after;
    if (!is_last) after = HeldMutex(lock_of_move(put.moves + 2));
    words_->put.move(put, end, put.messages + (is_last ? 1 : 0));
    next = std::move(after);
  }
}

// Takes the message whose first piece is next. False if its putter gave up or has died; then all its pieces are taken.
bool QueueCore::take_pieces(Bytes& message) {
  for (bool is_first = true;; is_first = false) {
    const std::uint64_t position = follow(words_->got.load(), words_->put.load().position);
    map_for_get(ring_.segment_of(position));
    const QueueRing::Record record = ring_.record_at(position);
    // All pieces lie in segments of two sizes, or in the segment of the first one. These are mapped now, so that no
    // piece is taken of a message that this process cannot take whole.
    if (is_first) map_for_get(ring_.smallest_segment(QueueRing::record_bytes(record.size_bytes)) + 1);
    if (!is_first && record.kind != Kind::middle && record.kind != Kind::last) break;
    ring_.read(position, record, message);
    take_record(record);
    if (record.kind == Kind::last) return true;
    if (!wait_for_piece()) break;
  }
  message.truncate(0);
  return false;
}

// False if the putter that streamed sends no more.
bool QueueCore::wait_for_piece() {
  const Point got = words_->got.load();
  const Point put = words_->put.load();
  if (put.position != got.position) return true;
  const HeldMutex next(lock_of_move(put.moves + 1));
  return words_->put.load().position != got.position;
}

}  // namespace multiprocessing::detail
