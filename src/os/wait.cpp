// SPDX-License-Identifier: MIT
#include "os/wait.hpp"

#include "os/error.hpp"
#include "os/time_left.hpp"

#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <iterator>
#include <vector>

namespace multiprocessing::detail {
namespace {

bool wait_until_readable(std::span<pollfd> polled, Deadline deadline) {
  for (;;) {
    const timespec left = time_left(deadline);
    const int ready = ::ppoll(polled.data(), polled.size(), deadline == never ? nullptr : &left, nullptr);
    if (ready == 0) return false;
    if (ready < 0 && errno != EINTR) throw_errno("cannot wait for a descriptor");
    if (ready < 0) continue;
    for (const pollfd& one : polled) {
      if ((one.revents & POLLNVAL) == 0) continue;
      errno = EBADF;
      throw_errno("cannot wait for descriptor " + std::to_string(one.fd));
    }
    return true;
  }
}

pollfd watch(int fd) { return {.fd = fd, .events = POLLIN, .revents = 0}; }

}  // namespace

bool wait_readable(std::span<const int> fds, Deadline deadline) {
  // Every round trip waits here: for the few descriptors of a pool this allocates nothing.
  std::array<pollfd, 8> few{};
  std::vector<pollfd> many(fds.size() > few.size() ? fds.size() : 0);
  const std::span<pollfd> polled = many.empty() ? std::span(few).first(fds.size()) : std::span(many);
  for (std::size_t i = 0; i != fds.size(); ++i) polled[i] = watch(fds[i]);
  return wait_until_readable(polled, deadline);
}

std::vector<int> wait_for_readable(std::span<const int> fds, Deadline deadline) {
  std::vector<pollfd> polled;
  std::ranges::transform(fds, std::back_inserter(polled), watch);
  std::vector<int> ready;
  if (!wait_until_readable(polled, deadline)) return ready;
  for (const pollfd& one : polled) {
    if (one.revents != 0) ready.push_back(one.fd);
  }
  return ready;
}

}  // namespace multiprocessing::detail
