// SPDX-License-Identifier: MIT
#include "os/memory.hpp"

#include "os/error.hpp"

#include <sys/mman.h>

namespace multiprocessing::detail {

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

void empty_shared_memory(void* memory, std::size_t size_bytes) noexcept { ::madvise(memory, size_bytes, MADV_REMOVE); }

}  // namespace multiprocessing::detail
