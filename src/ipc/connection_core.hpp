// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/bytes.hpp>

#include "ipc/held_mutex.hpp"
#include "os/unique_fd.hpp"
#include "shm/arena.hpp"

#include <array>
#include <atomic>
#include <memory>

namespace multiprocessing::detail {

// One end of a pipe. A message is one packet, or a first packet, middle ones and a last one; each begins with a byte
// that says which. One thread of one process at a time sends, and one receives. So the rest of a message whose sender
// or receiver was killed can be recognised, and is dropped: a new message begins in the middle of another, or a packet
// is a middle one without a first.
class ConnectionCore {
 public:
  enum class Direction { both, receive, send };
  // The locks of both ends, in memory that both share.
  struct Locks {
    RobustMutex sender;
    RobustMutex receiver;
  };
  ConnectionCore(UniqueFd fd, Direction direction, std::shared_ptr<ArenaBlock> memory, Locks& locks);
  ConnectionCore(const ConnectionCore&) = delete;
  ConnectionCore& operator=(const ConnectionCore&) = delete;
  ~ConnectionCore();

  void send(const Bytes& message);
  Bytes receive();
  bool poll(Deadline deadline) const;
  int fd() const;
  void close() { UniqueFd(fd_.exchange(MarkedFd())).reset(); }
  bool closed() const { return fd_.load().number < 0; }
  Direction direction() const { return direction_; }

 private:
  int fd_for(Direction direction) const;

  std::atomic<MarkedFd> fd_;
  const Direction direction_;
  const std::shared_ptr<ArenaBlock> memory_;
  Locks& locks_;
  const std::unique_ptr<std::byte[]> packet_;  // used by the one that receives
};

}  // namespace multiprocessing::detail
