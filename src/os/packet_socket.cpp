// SPDX-License-Identifier: MIT
#include "os/packet_socket.hpp"

#include "os/error.hpp"

#include <sys/socket.h>

#include <cerrno>
#include <csignal>

namespace multiprocessing::detail {
namespace {

// The kernel returns ECONNRESET once if the other end was closed with packets in it; after that, it returns what is
// there.
template <class Transfer>
std::size_t transfer(const char* what_failed, Transfer transfer) {
  while (true) {
    const ssize_t size = transfer();
    if (size >= 0) return static_cast<std::size_t>(size);
    if (errno != EINTR && errno != ECONNRESET) throw_errno(what_failed);
  }
}

template <class First, class Second>
std::array<iovec, 2> pieces(First first, Second second) {
  const auto start_of = [](auto piece) { return const_cast<std::byte*>(piece.data()); };
  return {iovec{start_of(first), first.size()}, iovec{start_of(second), second.size()}};
}

}  // namespace

std::array<UniqueFd, 2> packet_sockets() {
  std::array<int, 2> fds{-1, -1};
  const char* const what_failed = "cannot make a pipe";
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds.data()) != 0) throw_errno(what_failed);
  UniqueFd second(fds[1]);
  // The mark is SIGIO: if the program asks for signals on this descriptor, which it may know, it gets the signal that
  // it expects.
  UniqueFd first = own_fd(fds[0], what_failed, SIGIO);
  return {std::move(first), own_fd(second.release().number, what_failed, SIGIO)};
}

void send_packet(int fd, std::span<const std::byte> first, std::span<const std::byte> second) {
  auto parts = pieces(first, second);
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = parts.size();
  transfer("cannot send to the other end of a pipe", [&] { return ::sendmsg(fd, &message, MSG_NOSIGNAL); });
}

std::size_t receive_packet(int fd, std::span<std::byte> first, std::span<std::byte> second) {
  auto parts = pieces(first, second);
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = parts.size();
  return transfer("cannot receive from the other end of a pipe", [&] { return ::recvmsg(fd, &message, 0); });
}

}  // namespace multiprocessing::detail
