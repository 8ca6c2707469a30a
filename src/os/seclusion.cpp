// SPDX-License-Identifier: MIT
#include "os/seclusion.hpp"

#include "os/unique_fd.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>

#ifndef SYS_close_range
#define SYS_close_range 436
#endif

namespace multiprocessing::detail {
namespace {

void close_from_to(unsigned first, unsigned last) noexcept {
  if (first > last || ::syscall(SYS_close_range, first, last, 0) == 0) return;
  // Linux before 5.9 has no close_range(), and a sandbox may refuse it.
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  const auto end = static_cast<unsigned>(std::min<rlim_t>(limit.rlim_cur, 65'536));
  for (unsigned fd = first; fd < end && fd <= last; ++fd) ::close(static_cast<int>(fd));
}

// Reads /proc/self/maps: a line is "7f00-7f10 rw-s 00000000 ...".
class Mappings {
 public:
  struct Mapping {
    std::uintptr_t begin, end;
    bool is_shared;
  };
  // Returns an empty mapping at the end.
  Mapping next() noexcept {
    Mapping mapping{number(), number(), false};
    for (int letter = 0; letter != 4; ++letter) mapping.is_shared = character() == 's';
    for (char rest = ' '; rest != '\n' && rest != '\0';) rest = character();
    return mapping;
  }

 private:
  std::uintptr_t number() noexcept {
    for (std::uintptr_t number = 0;;) {
      const char digit = character();
      if (digit >= '0' && digit <= '9') {
        number = number * 16 + static_cast<unsigned>(digit - '0');
      } else if (digit >= 'a' && digit <= 'f') {
        number = number * 16 + static_cast<unsigned>(digit - 'a' + 10);
      } else {
        return number;
      }
    }
  }
  char character() noexcept {
    if (place_ == size_) {
      size_ = ::read(file_.get(), text_.data(), text_.size());
      place_ = 0;
      if (size_ <= 0) return size_ = 0, '\0';
    }
    return text_[static_cast<std::size_t>(place_++)];
  }

  UniqueFd file_{::open("/proc/self/maps", O_RDONLY | O_CLOEXEC)};
  std::array<char, 1024> text_;
  ssize_t place_ = 0, size_ = 0;
};

void unmap_shared_but(const std::byte* kept) noexcept {
  Mappings mappings;
  for (auto mapping = mappings.next(); mapping.end != 0; mapping = mappings.next()) {
    const auto address = reinterpret_cast<std::uintptr_t>(kept);
    if (!mapping.is_shared || (mapping.begin <= address && address < mapping.end)) continue;
    ::munmap(reinterpret_cast<void*>(mapping.begin), mapping.end - mapping.begin);
  }
}

}  // namespace

void seclude(std::span<const int> kept_fds, const std::byte* kept_memory) noexcept {
  unmap_shared_but(kept_memory);
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
