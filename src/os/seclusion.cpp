// SPDX-License-Identifier: MIT
#include "os/seclusion.hpp"

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>

#ifndef SYS_close_range
#define SYS_close_range 436
#endif

namespace multiprocessing::detail {
namespace {

void close_from_to(unsigned first, unsigned last) noexcept {
  if (first > last || ::syscall(SYS_close_range, first, last, 0) == 0) return;
  // Linux before 5.9, or a sandbox.
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  const auto end = static_cast<unsigned>(std::min<rlim_t>(limit.rlim_cur, 65'536));
  for (unsigned fd = first; fd < end && fd <= last; ++fd) ::close(static_cast<int>(fd));
}

}  // namespace

void seclude(std::span<const int> kept_fds) noexcept {
  ::setsid();
  [[maybe_unused]] const int ignored = ::chdir("/");
  unsigned first = 0;
  for (;;) {
    unsigned next_kept = ~0U;
    for (const int fd : kept_fds) {
      if (fd >= 0 && static_cast<unsigned>(fd) >= first) next_kept = std::min(next_kept, static_cast<unsigned>(fd));
    }
    if (next_kept == ~0U) break;
    if (next_kept != 0) close_from_to(first, next_kept - 1);
    first = next_kept + 1;
  }
  close_from_to(first, ~0U);
}

}  // namespace multiprocessing::detail
