// SPDX-License-Identifier: MIT
#include "os/stream_socket.hpp"

#include "os/error.hpp"
#include "os/time_left.hpp"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <csignal>

namespace multiprocessing::detail {
namespace {

// Of a system call: its bytes; 0 if it would have blocked; nothing after an error, which can only be the end.
template <class Transfer>
std::optional<std::size_t> transfer(Transfer transfer) noexcept {
  while (true) {
    const ssize_t size = transfer();
    if (size >= 0) return static_cast<std::size_t>(size);
    if (errno == EAGAIN || errno == EWOULDBLOCK) return 0;
    if (errno != EINTR) return std::nullopt;
  }
}

}  // namespace

std::array<UniqueFd, 2> stream_sockets() {
  std::array<int, 2> fds{-1, -1};
  const char* const what_failed = "cannot make a pair of sockets";
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds.data()) != 0) throw_errno(what_failed);
  UniqueFd second(fds[1]);
  return {own_fd(fds[0], what_failed, SIGIO), std::move(second)};
}

bool is_stream_socket(int fd) noexcept {
  int type = 0;
  socklen_t size = sizeof type;
  return ::getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_STREAM;
}

std::optional<std::size_t> send_some(int fd, Pieces pieces) noexcept {
  std::array<iovec, most_pieces> parts{};
  msghdr message{};
  message.msg_iov = parts.data();
  for (const auto& piece : pieces.first(std::min(pieces.size(), most_pieces))) {
    parts[message.msg_iovlen++] = {const_cast<std::byte*>(piece.data()), piece.size()};
  }
  return transfer([&] { return ::sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT); });
}

std::optional<std::size_t> receive_some(int fd, std::span<std::byte> to) noexcept {
  bool has_ended = false;
  const auto size = transfer([&] {
    const ssize_t read = ::recv(fd, to.data(), to.size(), MSG_DONTWAIT);
    has_ended = read == 0;
    return read;
  });
  return has_ended ? std::nullopt : size;
}

void wait_for_sockets(std::vector<AwaitedSocket>& sockets, Deadline deadline) {
  std::vector<pollfd> polled;
  polled.reserve(sockets.size());
  for (const AwaitedSocket& socket : sockets) {
    const int events = (socket.wants_to_read ? POLLIN : 0) | (socket.wants_to_send ? POLLOUT : 0);
    polled.push_back({socket.fd, static_cast<short>(events), 0});
  }
  while (true) {
    const timespec left = time_left(deadline);
    const int ready = ::ppoll(polled.data(), polled.size(), deadline == never ? nullptr : &left, nullptr);
    if (ready >= 0) break;
    if (errno != EINTR) throw_errno("cannot wait for sockets");
  }
  for (std::size_t index = 0; index != polled.size(); ++index) sockets[index].is_ready = polled[index].revents != 0;
}

}  // namespace multiprocessing::detail
