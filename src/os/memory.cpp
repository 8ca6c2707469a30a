// SPDX-License-Identifier: MIT
#include "os/memory.hpp"

#include "os/error.hpp"

#include <sys/mman.h>
#include <unistd.h>

namespace multiprocessing::detail {

std::size_t page_size() noexcept { return static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)); }

void forbid_fork_inheritance(void* memory, std::size_t size_bytes) {
  if (::madvise(memory, size_bytes, MADV_DONTFORK) != 0)
    throw_errno("cannot keep memory from being inherited by a fork (madvise MADV_DONTFORK)");
}

void make_read_only(void* memory, std::size_t size_bytes) {
  if (::mprotect(memory, size_bytes, PROT_READ) != 0) throw_errno("cannot make memory read-only");
}

void unmap(void* memory, std::size_t size_bytes) {
  if (::munmap(memory, size_bytes) != 0) throw_errno("cannot unmap memory");
}

std::byte* reserve_shared_memory(std::size_t size_bytes) noexcept {
  // mlockall(MCL_FUTURE) does not fill memory without access.
  void* memory = ::mmap(nullptr, size_bytes, PROT_NONE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return memory == MAP_FAILED ? nullptr : static_cast<std::byte*>(memory);
}

void make_writable(void* memory, std::size_t size_bytes) {
  if (::mprotect(memory, size_bytes, PROT_READ | PROT_WRITE) != 0) throw_errno("cannot make memory writable");
}

bool can_map_again() noexcept {
  std::byte* const page = reserve_shared_memory(page_size());
  if (page == nullptr) return true;  // a lack of memory, not a refusal
  std::byte* const again = map_from(page, page_size());
  if (again != nullptr) unmap_or_keep(again, page_size());
  unmap_or_keep(page, page_size());
  return again != nullptr;
}

std::byte* map_from(std::byte* page, std::size_t size_bytes) noexcept {
  void* memory = ::mremap(page, 0, size_bytes, MREMAP_MAYMOVE);  // an old size of 0: the old mapping stays
  return memory == MAP_FAILED ? nullptr : static_cast<std::byte*>(memory);
}

void unmap_or_keep(void* memory, std::size_t size_bytes) noexcept { ::munmap(memory, size_bytes); }

void empty_unlocked_memory(void* memory, std::size_t size_bytes) noexcept {
  ::madvise(memory, size_bytes, MADV_REMOVE);
}

void unlock_and_empty_memory(void* memory, std::size_t size_bytes) noexcept {
  ::munlock(memory, size_bytes);
  empty_unlocked_memory(memory, size_bytes);
}

}  // namespace multiprocessing::detail
