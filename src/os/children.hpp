// SPDX-License-Identifier: MIT
#pragma once

#include "os/unique_fd.hpp"

#include <sys/types.h>

#include <array>
#include <cstddef>
#include <optional>

namespace multiprocessing::detail {

// Walks through the children of the calling thread as /proc lists them, including those that have ended and are not
// reaped. If a child starts or is reaped meanwhile, it may miss another: walk again. Without /proc there are none.
// Allocates nothing and takes no lock.
class Children {
 public:
  Children() noexcept;
  std::optional<pid_t> next() noexcept;

 private:
  std::optional<char> next_character() noexcept;

  UniqueFd file_;
  std::array<char, 512> text_{};
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace multiprocessing::detail
