// SPDX-License-Identifier: MIT
#pragma once

#include "mpi/fd.hpp"
#include "mpi/piece.hpp"

#include <cstdint>
#include <deque>
#include <optional>

namespace multiprocessing::mpi::internal {

// The socket of one pool's agent, at the courier's end: a byte pump that parses nothing. Nothing blocks.
class PumpedSocket {
 public:
  PumpedSocket(Fd socket, std::uint32_t number, int rank) : socket_(std::move(socket)), number_(number), rank_(rank) {}
  int rank() const { return rank_; }
  int fd() const { return socket_.get(); }
  std::uint32_t number() const { return number_; }

  // An edge of epoll: the socket may have bytes, or room.
  void note_events(bool readable, bool writable) {
    may_read_ = may_read_ || readable;
    may_write_ = may_write_ || writable;
  }
  // What has come, as a piece that is to be sent; nothing while much is unsent. After the last one has_ended() is true.
  std::optional<Piece> read();
  void note_sent(std::size_t payload_bytes) { unsent_bytes_ -= payload_bytes; }
  // Writes what the socket takes now, and keeps the rest. False if it took nothing.
  void write(Piece piece);
  bool flush();
  void end_input() { no_more_input_ = true; }  // the other courier sends no more
  bool has_ended() const { return at_end_ || (no_more_input_ && unwritten_.empty()); }

 private:
  static constexpr std::size_t most_unsent_bytes = std::size_t{4} << 20;
  Fd socket_;
  std::uint32_t number_;
  int rank_;
  bool may_read_ = true;
  bool may_write_ = true;
  bool at_end_ = false;         // of what the socket gives
  bool no_more_input_ = false;  // for the socket
  std::size_t unsent_bytes_ = 0;
  std::deque<Piece> unwritten_;
  std::size_t written_bytes_ = 0;  // of the first of them
};

}  // namespace multiprocessing::mpi::internal
