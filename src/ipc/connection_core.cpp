// SPDX-License-Identifier: MIT
#include "ipc/connection_core.hpp"

#include <multiprocessing/errors.hpp>

#include "os/packet_socket.hpp"
#include "os/wait.hpp"

#include <algorithm>
#include <stdexcept>

namespace multiprocessing::detail {
namespace {

enum class Kind : unsigned char { whole, first, middle, last };
constexpr std::size_t packet_bytes = std::size_t{32} << 10;  // a socket holds several

// The bytes of a message, packet by packet.
class Packets {
 public:
  explicit Packets(const Bytes& message) : message_(message), left_bytes_(message.size_bytes()) {}
  bool send_next(int fd) {
    const bool is_first = left_bytes_ == message_.size_bytes();
    std::span<const std::byte> part = next_part();
    left_bytes_ -= part.size();
    const bool is_last = left_bytes_ == 0;
    const Kind kind = is_first ? (is_last ? Kind::whole : Kind::first) : (is_last ? Kind::last : Kind::middle);
    send_packet(fd, std::as_bytes(std::span(&kind, 1)), part);
    return !is_last;
  }

 private:
  std::span<const std::byte> next_part() {
    if (left_bytes_ == 0) return {};
    if (offset_ == message_.segment(segment_).size_bytes) ++segment_, offset_ = 0;
    const Bytes::Segment& segment = message_.segment(segment_);
    const std::size_t size_bytes = std::min(packet_bytes, segment.size_bytes - offset_);
    const std::byte* const data = segment.data.get() + offset_;
    offset_ += size_bytes;
    return {data, size_bytes};
  }

  const Bytes& message_;
  std::size_t left_bytes_;
  std::size_t segment_ = 0;
  std::size_t offset_ = 0;
};

}  // namespace

ConnectionCore::ConnectionCore(UniqueFd fd, Direction direction, std::shared_ptr<ArenaBlock> memory, Locks& locks)
    : fd_(fd.release()),
      direction_(direction),
      memory_(std::move(memory)),
      locks_(locks),
      packet_(std::make_unique_for_overwrite<std::byte[]>(packet_bytes)) {}

ConnectionCore::~ConnectionCore() {
  close();
  // A thread that waits while the program ends holds one of them.
  if (locks_.sender.is_held_here() || locks_.receiver.is_held_here()) memory_->stay();
}

int ConnectionCore::fd() const {
  const MarkedFd fd = fd_;
  if (fd.number < 0) throw std::logic_error("this end of the pipe is closed");
  return fd.number;
}

int ConnectionCore::fd_for(Direction direction) const {
  if (direction_ != Direction::both && direction_ != direction) {
    throw std::logic_error(direction_ == Direction::send ? "this end of the pipe only sends"
                                                         : "this end of the pipe only receives");
  }
  return fd();
}

void ConnectionCore::send(const Bytes& message) {
  const int fd = fd_for(Direction::send);
  const HeldMutex held(locks_.sender);
  Packets packets(message);
  while (packets.send_next(fd)) continue;
}

Bytes ConnectionCore::receive() {
  const int fd = fd_for(Direction::receive);
  const HeldMutex held(locks_.receiver);
  Bytes message;
  for (bool is_begun = false;;) {
    Kind kind{};
    const std::span<std::byte> packet(packet_.get(), packet_bytes);
    const std::size_t size_bytes = receive_packet(fd, std::as_writable_bytes(std::span(&kind, 1)), packet);
    if (size_bytes == 0) throw EOFError("the other end of the pipe is gone");
    if (kind == Kind::whole || kind == Kind::first) {
      message.truncate(0);
      is_begun = true;
    }
    if (!is_begun) continue;
    message.append(packet.data(), size_bytes - 1);
    if (kind == Kind::whole || kind == Kind::last) return message;
  }
}

bool ConnectionCore::poll(Deadline deadline) const {
  const int fd = fd_for(Direction::receive);
  const std::array<int, 1> fds{fd};
  return wait_readable(fds, deadline);
}

}  // namespace multiprocessing::detail
