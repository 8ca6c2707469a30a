// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>

namespace multiprocessing::detail {

std::size_t page_size() noexcept;  // bytes

// For whole pages of memory that is mapped already. All throw std::system_error.
void forbid_fork_inheritance(void* memory, std::size_t size_bytes);  // processes forked later do not map it
void make_read_only(void* memory, std::size_t size_bytes);           // in this process and those forked from it later
void unmap(void* memory, std::size_t size_bytes);

// Zeroed memory that is shared with processes forked later. It takes only address space. nullptr if there is not
// enough.
std::byte* reserve_shared_memory(std::size_t size_bytes) noexcept;
void make_writable(void* memory, std::size_t size_bytes);
// Maps shared memory a second time, from this page on, including parts that were reserved and then unmapped. nullptr if
// refused.
std::byte* map_from(std::byte* page, std::size_t size_bytes) noexcept;
bool can_map_again() noexcept;  // valgrind and older emulators always refuse map_from()

// Unmaps memory. If the kernel refuses, because it would have to cut a mapping in two, the memory stays mapped.
void unmap_or_keep(void* memory, std::size_t size_bytes) noexcept;

// Makes whole pages zero; they take no memory until they are written again. Does nothing to locked memory: the second
// function unlocks it first.
void empty_unlocked_memory(void* memory, std::size_t size_bytes) noexcept;
void unlock_and_empty_memory(void* memory, std::size_t size_bytes) noexcept;

}  // namespace multiprocessing::detail
