// SPDX-License-Identifier: MIT
#pragma once

#include <utility>

namespace multiprocessing::detail {

// Owns a file descriptor and closes it. Move-only; -1 means none.
class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) noexcept : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(other.release()) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    if (this != &other) reset(other.release());
    return *this;
  }
  ~UniqueFd() { reset(); }

  int get() const noexcept { return fd_; }
  explicit operator bool() const noexcept { return fd_ >= 0; }
  void reset(int fd = -1) noexcept;
  [[nodiscard]] int release() noexcept { return std::exchange(fd_, -1); }

 private:
  int fd_ = -1;
};

// Owns what a system call returned, which is close-on-exec already, as a descriptor of at least 3: a program whose
// stdin is closed would else find our descriptor in its place. Throws std::system_error, with the sentence, if fd is
// negative.
UniqueFd own_fd(int fd, const char* what_failed);

}  // namespace multiprocessing::detail
