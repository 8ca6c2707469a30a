// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

namespace multiprocessing::detail {

// For whole pages of memory that is mapped already. All throw std::system_error.
void forbid_fork_inheritance(void* memory, std::size_t size_bytes);  // processes forked later do not have it at all
void make_read_only(void* memory, std::size_t size_bytes);           // in this process and those forked from it later
void unmap(void* memory, std::size_t size_bytes);

// It is zero then, and takes no memory until it is written again; where that cannot be, nothing happens.
void empty_shared_memory(void* memory, std::size_t size_bytes) noexcept;

}  // namespace multiprocessing::detail
