// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <memory>

namespace bench {

constexpr std::size_t page_bytes = 4096;

struct Unmap {
  std::size_t size_bytes = 0;
  void operator()(unsigned char* begin) const;
};
using LargeMemory = std::unique_ptr<unsigned char, Unmap>;

// Touched, in pages of 4 KiB, as most of a program's memory is: a fork copies the tables of all these pages.
LargeMemory touched_memory(std::size_t size_bytes);

}  // namespace bench
