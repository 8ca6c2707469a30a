// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/bytes.hpp>

#include "pool/worker/worker_waiting.hpp"
#include "shm/frame.hpp"
#include "shm/name_passage.hpp"

namespace multiprocessing::detail {

// Writes answers into a worker's result ring, in place. A small answer is one piece, published when it is whole; one
// that outgrows the room becomes several, each published as soon as it is full, so that answers of any size pass.
class ResultWriter final : public ByteSink {
 public:
  ResultWriter(const Channel& channel, WorkerWaiting& waiting) : channel_(channel), waiting_(waiting) {}

  void begin();  // of an answer; what an unfinished one had not published is forgotten
  // begin() of an answer of at most 16 bytes, to be stored where this points to.
  std::byte* begin_fixed(std::size_t size_bytes) {
    const std::size_t piece_bytes = sizeof(PieceHeader) + size_bytes;
    if (static_cast<std::size_t>(window_end_ - position_) < piece_bytes) open_window();
    std::byte* const value = channel_.results.at(position_) + sizeof(PieceHeader);
    cursor_ = value + size_bytes;
    return value;
  }
  // In an answer, before finish(): the parent hears of the passage at once.
  void announce(const NamePassage& passage);
  void begin_instead();  // begin(), of what replaces an answer of which parts are out
  // Which answers a sleeping parent may have to be woken for: each one, or the last of a frame; at that one also
  // whether it is the last of all that is offered.
  enum class Notice { none, look, last_of_frame };
  void finish(PieceKind kind, Notice notice) {
    publish(kind, notice);
    parts_are_out_ = false;
  }
  void finish(PieceKind kind, Notice notice, const ItemTimes& times);  // in a frame of Timing::all

 private:
  // Below this the rest of a lap is skipped, and less room than this is not worth beginning a piece.
  static constexpr std::size_t smallest_window_bytes = 64;

  void overflow(const std::byte* data, std::size_t size_bytes) override;
  void open_window(std::size_t at_least_bytes = smallest_window_bytes);
  void wait_for_room(std::size_t at_least_bytes);
  void publish(PieceKind kind, Notice notice) {
    std::byte* const begin = channel_.results.at(position_);
    const PieceHeader header{
        static_cast<std::uint32_t>(cursor_ - begin - static_cast<std::ptrdiff_t>(sizeof(PieceHeader))), kind};
    std::memcpy(begin, &header, sizeof header);
    position_ += round_up_to_8(sizeof header + header.bytes);
    // Release: the piece's bytes become visible before its end. Pairs with the acquire in WorkerSlot::collect.
    if (notice == Notice::none) return channel_.words->committed.store(position_, std::memory_order_release);
    publish_and_look(notice);
  }
  void publish_and_look(Notice notice);
  std::size_t room_bytes() const {
    return channel_.results.size_bytes() - static_cast<std::size_t>(position_ - taken_);
  }

  Channel channel_;
  WorkerWaiting& waiting_;
  std::uint64_t position_ = 0;    // where the next piece begins
  std::uint64_t window_end_ = 0;  // bytes up to here may be written
  std::uint64_t taken_ = 0;       // as last seen
  bool parts_are_out_ = false;
};

}  // namespace multiprocessing::detail
