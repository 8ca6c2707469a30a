// SPDX-License-Identifier: MIT
#include "pool/worker/result_writer.hpp"

#include "pool/worker/given_names.hpp"

#include <algorithm>

namespace multiprocessing::detail {

void ResultWriter::begin() { open_window(); }

// What is in the ring must be known to the parent before it is waited for.
void ResultWriter::wait_for_room(std::size_t at_least_bytes) {
  taken_ = channel_.words->taken.load(std::memory_order_acquire);
  if (room_bytes() >= at_least_bytes) return;
  channel_.words->committed.store(position_, std::memory_order_seq_cst);
  waiting_.committed(position_, false);
  waiting_.until(ParkReason::for_room, [&] {
    taken_ = channel_.words->taken.load(std::memory_order_seq_cst);
    return room_bytes() >= at_least_bytes;
  });
}

void ResultWriter::open_window(std::size_t at_least_bytes) {
  const std::size_t lap_left = channel_.results.contiguous_bytes(position_);
  if (lap_left < at_least_bytes) {
    if (room_bytes() < lap_left) wait_for_room(lap_left);
    const PieceHeader header{static_cast<std::uint32_t>(lap_left - sizeof(PieceHeader)), PieceKind::padding};
    std::memcpy(channel_.results.at(position_), &header, sizeof header);
    position_ += lap_left;
  }
  if (room_bytes() < at_least_bytes) wait_for_room(channel_.results.size_bytes() / 4);
  const std::size_t window =
      std::min({room_bytes(), channel_.results.contiguous_bytes(position_), channel_.results.size_bytes() / 4});
  cursor_ = channel_.results.at(position_) + sizeof(PieceHeader);
  end_ = channel_.results.at(position_) + window;
  window_end_ = position_ + window;
}

void ResultWriter::publish_and_look(Notice notice) {
  // Seq_cst: the parent may be going to sleep; either it sees this or we see that it sleeps.
  channel_.words->committed.store(position_, std::memory_order_seq_cst);
  // Only now: frames that were on offer before may have been taken back, by a parent that sleeps since.
  const Turn turn = Turn::of(channel_.words->turn.load(std::memory_order_seq_cst));
  waiting_.committed(position_, notice == Notice::last_of_frame && turn.claimed == turn.offered);
}

void ResultWriter::overflow(const std::byte* data, std::size_t size_bytes) {
  while (true) {
    const std::size_t part = std::min(size_bytes, static_cast<std::size_t>(end_ - cursor_));
    std::memcpy(cursor_, data, part);
    cursor_ += part;
    data += part;
    size_bytes -= part;
    if (size_bytes == 0) return;
    publish(PieceKind::part, Notice::look);
    parts_are_out_ = true;
    open_window();
  }
}

void ResultWriter::announce(const NamePassage& passage) {
  publish(PieceKind::part, Notice::none);
  parts_are_out_ = true;
  open_window(sizeof(PieceHeader) + passage_words_bytes + shm_name_bytes);
  write(&passage.file, sizeof passage.file);
  write(&passage.number, sizeof passage.number);
  write(passage.name.data(), passage.name.size());
  publish(PieceKind::name, Notice::none);
  open_window();
}

void ResultWriter::begin_instead() {
  open_window();
  if (!parts_are_out_) return;
  publish(PieceKind::void_parts, Notice::look);
  open_window();
}

void ResultWriter::finish(PieceKind kind, Notice notice, const ItemTimes& times) {
  publish(PieceKind::part, Notice::none);
  open_window();
  write(&times, sizeof times);
  finish(kind, notice);
}

}  // namespace multiprocessing::detail
