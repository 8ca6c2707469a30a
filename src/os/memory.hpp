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
bool can_map_again() noexcept;  // valgrind and older emulators refuse it always

// Unmaps memory; where the kernel refuses, because it would have to cut a mapping in two, the memory stays mapped.
void unmap_or_keep(void* memory, std::size_t size_bytes) noexcept;

// Whole pages are zero then, and take no memory until they are written again. Where that cannot be, nothing happens:
// with locked memory, unless it is unlocked first.
void empty_unlocked_memory(void* memory, std::size_t size_bytes) noexcept;
void unlock_and_empty_memory(void* memory, std::size_t size_bytes) noexcept;

}  // namespace multiprocessing::detail
