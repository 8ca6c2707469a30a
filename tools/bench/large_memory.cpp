// SPDX-License-Identifier: MIT
#include "large_memory.hpp"

#include <sys/mman.h>

#include <new>

namespace bench {

void Unmap::operator()(unsigned char* begin) const { ::munmap(begin, size_bytes); }

LargeMemory touched_memory(std::size_t size_bytes) {
  void* const begin = ::mmap(nullptr, size_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (begin == MAP_FAILED) throw std::bad_alloc();
  ::madvise(begin, size_bytes, MADV_NOHUGEPAGE);
  for (std::size_t at = 0; at < size_bytes; at += page_bytes) static_cast<unsigned char*>(begin)[at] = 1;
  return {static_cast<unsigned char*>(begin), Unmap{size_bytes}};
}

}  // namespace bench
