// SPDX-License-Identifier: MIT
#include "os/unique_fd.hpp"

#include "os/error.hpp"

#include <fcntl.h>
#include <unistd.h>

namespace multiprocessing::detail {

void UniqueFd::reset(int fd) noexcept {
  if (fd_ >= 0) ::close(fd_);
  fd_ = fd;
}

UniqueFd own_fd(int fd, const char* what_failed) {
  if (fd < 0) throw_errno(what_failed);
  UniqueFd owned(fd);
  if (fd > STDERR_FILENO) return owned;
  const int higher = ::fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  if (higher < 0) throw_errno(what_failed);
  return UniqueFd(higher);
}

}  // namespace multiprocessing::detail
