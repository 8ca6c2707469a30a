// SPDX-License-Identifier: MIT
#pragma once

#include <utility>

namespace multiprocessing::detail {

// The number of a descriptor, and a mark that the kernel keeps with the open file. A program may close what it has not
// opened itself, and a file of its own may then get the number: it has not the mark. Aligned, so that an atomic one
// needs no lock.
struct alignas(8) MarkedFd {
  int number = -1;
  int mark = 0;  // 1 to 64; 0: it has none, and is believed to be ours

  bool is_ours() const noexcept;  // errno is EBADF if it is not
};

// Owns a file descriptor and closes it, if it is ours still. Move-only; -1 means none.
class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) noexcept : fd_{.number = fd} {}
  explicit UniqueFd(MarkedFd fd) noexcept : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(other.release()) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    if (this != &other) reset(other.release());
    return *this;
  }
  ~UniqueFd() { reset(); }

  int get() const noexcept { return fd_.number; }
  MarkedFd marked() const noexcept { return fd_; }
  bool is_ours() const noexcept { return fd_.is_ours(); }
  explicit operator bool() const noexcept { return fd_.number >= 0; }
  void reset(MarkedFd fd = {}) noexcept;
  [[nodiscard]] MarkedFd release() noexcept { return std::exchange(fd_, MarkedFd()); }

 private:
  MarkedFd fd_;
};

// Owns what a system call returned, which is close-on-exec already, as a marked descriptor of at least 3: a program
// whose stdin is closed would else find our descriptor in its place. Throws std::system_error, with the sentence, if fd
// is negative.
constexpr int any_mark = 0;
UniqueFd own_fd(int fd, const char* what_failed, int mark = any_mark);

}  // namespace multiprocessing::detail
