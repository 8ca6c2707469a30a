// SPDX-License-Identifier: MIT
#include "os/large_memory.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>

namespace multiprocessing::detail {

void prefer_huge_pages(void* memory, std::size_t size_bytes) noexcept {
  const auto page_bytes = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  const auto address = reinterpret_cast<std::uintptr_t>(memory);
  const std::uintptr_t begin = (address + page_bytes - 1) / page_bytes * page_bytes;
  const std::uintptr_t end = (address + size_bytes) / page_bytes * page_bytes;
  if (begin >= end) return;

  const int errno_before = errno;  // kernels without huge pages answer EINVAL
  ::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_HUGEPAGE);
  errno = errno_before;
}

}  // namespace multiprocessing::detail
