// SPDX-License-Identifier: MIT
#include "mpi/orders.hpp"

#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include <cerrno>
#include <cstring>
#include <system_error>

namespace multiprocessing::mpi::internal {
namespace {

[[noreturn]] void throw_errno(const char* what) { throw std::system_error(errno, std::generic_category(), what); }

std::array<Fd, 2> socket_pair(int type) {
  int ends[2];
  if (::socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, ends) != 0) throw_errno("cannot make sockets to another host");
  return {Fd(ends[0]), Fd(ends[1])};
}

}  // namespace

std::array<Fd, 2> order_sockets() { return socket_pair(SOCK_SEQPACKET); }
std::array<Fd, 2> stream_pair() { return socket_pair(SOCK_STREAM); }

Fd open_pidfd(pid_t pid) {
  Fd fd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (!fd) throw_errno("cannot watch a process");
  return fd;
}

void kill_by_pidfd(int pidfd) noexcept { ::syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, nullptr, 0); }

bool send_order(int fd, const Order& order, int socket) noexcept {
  Order copy = order;
  iovec data{&copy, sizeof copy};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  if (socket >= 0) {
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    cmsghdr* const header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(header), &socket, sizeof socket);
  }
  ssize_t sent;
  do sent = ::sendmsg(fd, &message, MSG_NOSIGNAL);
  while (sent < 0 && errno == EINTR);
  return sent == static_cast<ssize_t>(sizeof copy);
}

std::optional<ReceivedOrder> receive_order(int fd, Waiting waiting) noexcept {
  ReceivedOrder received;
  iovec data{&received.order, sizeof received.order};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  ssize_t size;
  do size = ::recvmsg(fd, &message, MSG_CMSG_CLOEXEC | (waiting == Waiting::no ? MSG_DONTWAIT : 0));
  while (size < 0 && errno == EINTR);
  if (size < 0 && errno == EAGAIN) return std::nullopt;
  if (size != static_cast<ssize_t>(sizeof received.order)) received.order = {};
  const cmsghdr* const header = CMSG_FIRSTHDR(&message);
  if (header != nullptr && header->cmsg_type == SCM_RIGHTS) {
    int socket = -1;
    std::memcpy(&socket, CMSG_DATA(header), sizeof socket);
    received.socket = Fd(socket);
  }
  return received;
}

}  // namespace multiprocessing::mpi::internal
