// SPDX-License-Identifier: MIT
#include "os/children.hpp"

#include <fcntl.h>
#include <unistd.h>

namespace multiprocessing::detail {

Children::Children() noexcept : file_(::open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC)) {}

std::optional<char> Children::next_character() noexcept {
  if (begin_ == end_) {
    const ssize_t got = file_ ? ::read(file_.get(), text_.data(), text_.size()) : 0;
    if (got <= 0) return std::nullopt;
    begin_ = 0;
    end_ = static_cast<std::size_t>(got);
  }
  return text_[begin_++];
}

std::optional<pid_t> Children::next() noexcept {
  pid_t pid = 0;
  while (const std::optional<char> character = next_character()) {
    if (*character >= '0' && *character <= '9') {
      pid = pid * 10 + (*character - '0');
    } else if (pid != 0) {
      return pid;
    }
  }
  if (pid == 0) return std::nullopt;
  return pid;
}

}  // namespace multiprocessing::detail
