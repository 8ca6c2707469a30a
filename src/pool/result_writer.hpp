// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/bytes.hpp>

#include "pool/worker_waiting.hpp"
#include "shm/frame.hpp"

namespace multiprocessing::detail {

// Writes answers into a worker's result ring, in place. A small answer is one piece, published when it is whole; one that
// outgrows the room becomes several, each published as soon as it is full, so that answers of any size pass.
class ResultWriter final : public ByteSink {
 public:
  ResultWriter(const Channel& channel, WorkerWaiting& waiting) : channel_(channel), waiting_(waiting) {}

  void begin();                              // of an answer; what an unfinished one had not published is forgotten
  void begin_instead();                      // begin(), of what replaces an answer of which parts are out
  void finish(PieceKind kind, bool idle);    // idle: it is the last of all that was offered

 private:
  void overflow(const std::byte* data, std::size_t size_bytes) override;
  void open_window();
  void publish(PieceKind kind, bool idle);
  std::size_t room_bytes() const { return channel_.results.size_bytes() - static_cast<std::size_t>(position_ - taken_); }

  Channel channel_;
  WorkerWaiting& waiting_;
  std::uint64_t position_ = 0;               // where the next piece begins
  std::uint64_t taken_ = 0;                  // as last seen
  bool parts_are_out_ = false;
};

}  // namespace multiprocessing::detail
