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

// One end of a pipe. A message is one packet, or a first one, others, and a last one; each begins with a byte that says
// which. One thread or process at a time sends, and one receives; so what is left of a message whose sender or receiver
// was killed shows by itself, and is dropped: in the middle of one comes another, or a middle comes first.
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
  const std::unique_ptr<std::byte[]> packet_;  // of who receives
};

}  // namespace multiprocessing::detail
