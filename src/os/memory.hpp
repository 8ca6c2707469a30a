// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

namespace multiprocessing::detail {

std::size_t page_size() noexcept;  // bytes

// For whole pages of memory that is mapped already. All throw std::system_error.
void forbid_fork_inheritance(void* memory, std::size_t size_bytes);  // processes forked later do not have it at all
void make_read_only(void* memory, std::size_t size_bytes);           // in this process and those forked from it later
void unmap(void* memory, std::size_t size_bytes);

// Zeroed memory that is shared with processes forked later, and takes address space only. nullptr: there is not enough.
std::byte* reserve_shared_memory(std::size_t size_bytes) noexcept;
void make_writable(void* memory, std::size_t size_bytes);
// Maps shared memory once more, from this page on, also what was reserved and is mapped no longer. nullptr: refused.
std::byte* map_from(std::byte* page, std::size_t size_bytes) noexcept;

// Where the kernel refuses, because it would have to cut a mapping in two, it stays.
void unmap_or_keep(void* memory, std::size_t size_bytes) noexcept;

// It is zero then, and takes no memory until it is written again; where that cannot be, nothing happens.
void empty_shared_memory(void* memory, std::size_t size_bytes) noexcept;

}  // namespace multiprocessing::detail
