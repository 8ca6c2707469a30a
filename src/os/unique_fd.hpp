// SPDX-License-Identifier: MIT
#pragma once

#include <utility>

namespace multiprocessing::detail {

// The number of a descriptor, and a mark that the kernel keeps with the open file. A program may close descriptors that
// it has not opened, and a file of its own may then get the number: that file does not have the mark. Aligned, so that
// an atomic one needs no lock.
struct alignas(8) MarkedFd {
  int number = -1;
  int mark = 0;  // 1 to 64; 0: no mark, is_ours() is true

  bool is_ours() const noexcept;  // errno is EBADF if it is not
};

// Owns a file descriptor and closes it, if it is still ours. Move-only; -1 means none.
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

// Takes the close-on-exec descriptor that a system call returned, marks it, and moves it to at least 3: else a program
// whose stdin is closed would find our descriptor there. Throws std::system_error, with the sentence, if fd is
// negative.
constexpr int any_mark = 0;
UniqueFd own_fd(int fd, const char* what_failed, int mark = any_mark);

}  // namespace multiprocessing::detail
