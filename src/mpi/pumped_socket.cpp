// SPDX-License-Identifier: MIT
#include "mpi/pumped_socket.hpp"

#include <sys/socket.h>

#include <cerrno>

namespace multiprocessing::mpi::internal {
namespace {

// A socket seldom holds more.
constexpr std::size_t most_payload_bytes = std::size_t{256} << 10;

// The size of what comes is not known before: it comes here, and is copied only if it is small.
Piece& landing_place() {
  static Piece piece;
  if (piece.all().empty()) piece = Piece(most_payload_bytes);
  return piece;
}

}  // namespace

std::optional<Piece> PumpedSocket::read() {
  if (!may_read_ || unsent_bytes_ >= most_unsent_bytes) return std::nullopt;
  Piece& landing = landing_place();
  ssize_t size;
  do size = ::recv(fd(), landing.payload().data(), most_payload_bytes, MSG_DONTWAIT);
  while (size < 0 && errno == EINTR);
  if (size < 0 && errno == EAGAIN) {
    may_read_ = false;
    return std::nullopt;
  }
  if (size <= 0) {
    at_end_ = true;
    return std::nullopt;
  }
  const auto payload_bytes = static_cast<std::size_t>(size);
  landing.set_header({number_, PieceKind::data});
  unsent_bytes_ += payload_bytes;
  if (payload_bytes > most_payload_bytes / 4) {
    Piece piece = std::exchange(landing, Piece());
    piece.shrink(payload_bytes);
    return piece;
  }
  Piece piece(payload_bytes);
  std::memcpy(piece.all().data(), landing.all().data(), piece.all().size());
  return piece;
}

void PumpedSocket::write(Piece piece) {
  unwritten_.push_back(std::move(piece));
  flush();
}

bool PumpedSocket::flush() {
  bool wrote = false;
  while (may_write_ && !unwritten_.empty()) {
    const std::span<const std::byte> rest = unwritten_.front().payload().subspan(written_bytes_);
    const ssize_t size = ::send(fd(), rest.data(), rest.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0 && errno == EAGAIN) {
      may_write_ = false;
      break;
    }
    wrote = true;
    // An error: nobody reads this any more. What came from there before is still to be read.
    written_bytes_ += size < 0 ? rest.size() : static_cast<std::size_t>(size);
    if (written_bytes_ < unwritten_.front().payload().size()) continue;
    unwritten_.pop_front();
    written_bytes_ = 0;
  }
  return wrote;
}

}  // namespace multiprocessing::mpi::internal
