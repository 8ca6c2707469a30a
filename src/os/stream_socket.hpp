// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/deadline.hpp>

#include "os/unique_fd.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace multiprocessing::detail {

// Two connected sockets that carry bytes (AF_UNIX, SOCK_STREAM). Throws std::system_error.
std::array<UniqueFd, 2> stream_sockets();
bool is_stream_socket(int fd) noexcept;

// These two never block. They return how many bytes went, 0 if none can now, and nothing once the other end is gone:
// whatever the reason.
inline constexpr std::size_t most_pieces = 16;
using Pieces = std::span<const std::span<const std::byte>>;            // at most most_pieces, of which none is empty
std::optional<std::size_t> send_some(int fd, Pieces pieces) noexcept;  // raises no SIGPIPE
std::optional<std::size_t> receive_some(int fd, std::span<std::byte> to) noexcept;

// Sleeps until a socket can be read, or written where that is wanted, or is hung up; or the deadline has passed. Those
// are marked then. Skips negative ones. Throws std::system_error.
struct AwaitedSocket {
  int fd = -1;
  bool wants_to_send = false;
  bool wants_to_read = true;
  bool is_ready = false;
  bool has_ended = false;  // for whoever reads it
};
void wait_for_sockets(std::vector<AwaitedSocket>& sockets, Deadline deadline);

}  // namespace multiprocessing::detail
