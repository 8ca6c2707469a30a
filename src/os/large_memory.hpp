// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

namespace multiprocessing::detail {

// Asks the kernel to use huge pages for the whole pages of this memory: filling fresh memory is mostly page faults. A
// hint for memory that is being allocated: it changes no contents, and a refusal costs only speed.
void prefer_huge_pages(void* memory, std::size_t size_bytes) noexcept;

}  // namespace multiprocessing::detail
