// SPDX-License-Identifier: MIT
#include "os/unique_fd.hpp"

#include "os/error.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>

namespace multiprocessing::detail {
namespace {

// The mark is the signal that would be sent if somebody asked for signals (O_ASYNC): nothing else distinguishes
// eventfds, epolls and pidfds, which share one inode. Ours have different marks, as far as there are signals: a new
// pool may get the number of a descriptor that an old pool has lost.
MarkedFd marked(int number, int mark) noexcept {
  static std::atomic<unsigned> marks = 0;
  if (mark == any_mark) mark = 1 + static_cast<int>(marks.fetch_add(1, std::memory_order_relaxed) % 64);
  return {.number = number, .mark = ::fcntl(number, F_SETSIG, mark) == 0 ? mark : 0};
}

}  // namespace

bool MarkedFd::is_ours() const noexcept {
  if (mark == 0) return true;
  const int now = ::fcntl(number, F_GETSIG);
  if (now == mark || (now < 0 && errno != EBADF)) return true;  // a sandbox may refuse to tell
  errno = EBADF;
  return false;
}

void UniqueFd::reset(MarkedFd fd) noexcept {
  if (fd_.number >= 0 && fd_.is_ours()) ::close(fd_.number);
  fd_ = fd;
}

UniqueFd own_fd(int fd, const char* what_failed, int mark) {
  if (fd < 0) throw_errno(what_failed);
  UniqueFd owned(fd);
  if (fd <= STDERR_FILENO) {
    const int higher = ::fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    if (higher < 0) throw_errno(what_failed);
    owned = UniqueFd(higher);
  }
  return UniqueFd(marked(owned.release().number, mark));
}

}  // namespace multiprocessing::detail
