// SPDX-License-Identifier: MIT
#pragma once

#include "mpi/fd.hpp"

#include <sys/types.h>

#include <array>
#include <cstdint>
#include <optional>

namespace multiprocessing::mpi::internal {

// What the processes of one rank say to each other: packets, one of which can hand over a descriptor.
struct Order {
  enum class Kind : std::int32_t {
    serve,  // with a socket: of an agent that is to be started (to a porter), of that host's agent (to the courier)
    ready,  // from the courier: MPI is up on all ranks
    over,   // the program ends
  };
  Kind kind = Kind::over;
  std::int32_t rank = 0;  // of serve
};
struct ReceivedOrder {
  Order order;
  Fd socket;
};

// All descriptors are close-on-exec. They throw std::system_error.
std::array<Fd, 2> order_sockets();
std::array<Fd, 2> stream_pair();
Fd open_pidfd(pid_t pid);  // readable once the process has ended
void kill_by_pidfd(int pidfd) noexcept;

bool send_order(int fd, const Order& order, int socket = -1) noexcept;  // false: the other end is gone
enum class Waiting { no, yes };
// `over` if the other end is gone. Nothing only if it need not wait.
std::optional<ReceivedOrder> receive_order(int fd, Waiting waiting) noexcept;

}  // namespace multiprocessing::mpi::internal
