// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

namespace multiprocessing::detail {

// Asks the kernel to back the whole pages of this memory with huge pages: filling fresh memory is mostly page faults.
// A hint about memory that is being allocated: it changes no contents, and a refusal changes nothing but speed.
void prefer_huge_pages(void* memory, std::size_t size_bytes) noexcept;

}  // namespace multiprocessing::detail
