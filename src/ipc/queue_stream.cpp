// SPDX-License-Identifier: MIT
// Messages that are larger than the ring. The protocol is in queue_core.hpp.
#include "ipc/queue_core.hpp"

namespace multiprocessing::detail {

using Kind = QueueRing::Kind;
using Point = QueueCursor::Point;

void QueueCore::put_pieces(const Bytes& message, Deadline deadline) {
  BytesSource source(message);
  wait_for_room(words_->put.load().position, 0, deadline);
  HeldMutex next(lock_of_move(words_->put.load().moves + 1));
  for (bool is_first = true, is_last = false; !is_last; is_first = false) {
    const Point put = words_->put.load();
    const std::size_t size_bytes = std::min(source.remaining_bytes(), settings_.piece_bytes);
    is_last = size_bytes == source.remaining_bytes();
    const Kind kind = is_last ? Kind::last : is_first ? Kind::first : Kind::middle;
    const std::uint64_t end = ring_.write(put.position, kind, source, size_bytes);
    wait_for_room(put.position, 0, deadline);
    HeldMutex after;
    if (!is_last) after = HeldMutex(lock_of_move(put.moves + 2));
    words_->put.move(put, end, put.messages + (is_last ? 1 : 0));
    next = std::move(after);
  }
}

// The message whose first piece is next. False: its putter gave up or has died, and all pieces that came are taken.
bool QueueCore::take_pieces(Bytes& message) {
  for (bool is_first = true;; is_first = false) {
    const std::uint64_t position = words_->got.load().position;
    const QueueRing::Record record = ring_.record_at(position);
    if (!is_first && record.kind != Kind::middle && record.kind != Kind::last) break;
    ring_.read(position, record, message);
    take_record(record);
    if (record.kind == Kind::last) return true;
    if (!wait_for_piece()) break;
  }
  message.truncate(0);
  return false;
}

// False: nothing comes from the one that streamed.
bool QueueCore::wait_for_piece() {
  const Point got = words_->got.load();
  const Point put = words_->put.load();
  if (put.position != got.position) return true;
  const HeldMutex next(lock_of_move(put.moves + 1));
  return words_->put.load().position != got.position;
}

}  // namespace multiprocessing::detail
