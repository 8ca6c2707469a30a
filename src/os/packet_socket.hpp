// SPDX-License-Identifier: MIT
#pragma once

#include "os/unique_fd.hpp"

#include <array>
#include <cstddef>
#include <span>

namespace multiprocessing::detail {

// Two connected sockets of packets: each arrives whole or not at all (AF_UNIX, SOCK_SEQPACKET).
std::array<UniqueFd, 2> packet_sockets();  // throws std::system_error

// Both block, even if signals come, and throw std::system_error. The two pieces, one after the other, are one packet.
void send_packet(int fd, std::span<const std::byte> first, std::span<const std::byte> second);  // raises no SIGPIPE
// Returns how many bytes there were; 0 at the end, when no process has the other socket any more.
std::size_t receive_packet(int fd, std::span<std::byte> first, std::span<std::byte> second);

}  // namespace multiprocessing::detail
