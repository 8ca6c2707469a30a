// SPDX-License-Identifier: MIT
#include "os/owner_mark.hpp"

#include "os/error.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>

namespace multiprocessing::detail {
namespace {

// The kernel maps whole pages and rounds this up.
constexpr std::size_t mark_size_bytes = 1;

}  // namespace

OwnerMark::OwnerMark() : mark_(nullptr), owner_(::getpid()) {
  void* page = ::mmap(nullptr, mark_size_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (page == MAP_FAILED) throw_errno("cannot map the page that marks the owner of processes");
  if (::madvise(page, static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)), MADV_WIPEONFORK) != 0) {
    const int error = errno;
    ::munmap(page, mark_size_bytes);
    errno = error;
    throw_errno("cannot have the page that marks the owner of processes wiped at a fork (madvise MADV_WIPEONFORK)");
  }
  auto* mark = static_cast<unsigned char*>(page);
  *mark = 1;
  mark_ = mark;
}

OwnerMark::~OwnerMark() { ::munmap(const_cast<unsigned char*>(mark_), mark_size_bytes); }

}  // namespace multiprocessing::detail
