// SPDX-License-Identifier: MIT
#include "memory.hpp"

#include <sys/mman.h>

#include <stdexcept>
#include <string>

namespace compare {
namespace {

constexpr std::size_t page_bytes = 4096;
constexpr std::size_t huge_page_bytes = std::size_t{2} << 20;

}  // namespace

Ballast::Ballast(std::size_t size_bytes, Pages pages) : size_bytes_(size_bytes) {
  if (size_bytes == 0) return;
  // Whole huge pages fit whatever address the kernel chooses.
  size_bytes_ = (size_bytes + huge_page_bytes - 1) / huge_page_bytes * huge_page_bytes;
  void* const begin = ::mmap(nullptr, size_bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (begin == MAP_FAILED) {
    throw std::runtime_error("no " + std::to_string(size_bytes_ >> 20) + " MiB of memory are to be had in one piece");
  }
  data_ = static_cast<unsigned char*>(begin);
  ::madvise(begin, size_bytes_, pages == Pages::huge ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
  touch(size_bytes_);
}

Ballast::~Ballast() {
  if (data_ != nullptr) ::munmap(data_, size_bytes_);
}

void Ballast::touch(std::size_t size_bytes) const {
  for (std::size_t at = 0; at < size_bytes; at += page_bytes) ++data_[at];
}

void Ballast::keep_from_children() const { ::madvise(data_, size_bytes_, MADV_DONTFORK); }

}  // namespace compare
