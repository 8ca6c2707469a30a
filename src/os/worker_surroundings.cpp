// SPDX-License-Identifier: MIT
#include "os/worker_surroundings.hpp"

#include "os/unique_fd.hpp"

#include <fcntl.h>
#include <stdio_ext.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>

namespace multiprocessing::detail {

namespace {

// Unless the program has put a buffer of its own in its place.
template <class Char>
void forget_what_was_read_ahead(std::basic_istream<Char>& stream) noexcept {
  try {
    auto* const buffer = dynamic_cast<std::basic_filebuf<Char>*>(stream.rdbuf());
    for (std::streamsize left = buffer == nullptr ? 0 : buffer->in_avail(); left > 0; --left) buffer->sbumpc();
  } catch (...) {
    // The child reads what it may have read ahead: better than none.
  }
}

}  // namespace

void empty_standard_input() noexcept {
  const int null = ::open("/dev/null", O_RDONLY);
  if (null < 0) return;
  if (null != STDIN_FILENO) {
    ::dup2(null, STDIN_FILENO);
    ::close(null);
  }
  ::__fpurge(stdin);
  forget_what_was_read_ahead(std::cin);
  forget_what_was_read_ahead(std::wcin);
}

void raise_oom_score() noexcept {
  const UniqueFd file(::open("/proc/self/oom_score_adj", O_RDWR | O_CLOEXEC));
  std::array<char, 16> text{};
  const ssize_t got = ::read(file.get(), text.data(), text.size());
  int score = 0;
  if (got <= 0 || std::from_chars(text.data(), text.data() + got, score).ec != std::errc{}) return;
  const char* end = std::to_chars(text.data(), text.data() + text.size(), std::min(score + 500, 1000)).ptr;
  [[maybe_unused]] const auto ignored = ::write(file.get(), text.data(), static_cast<std::size_t>(end - text.data()));
}

void leave_on_exit(void (*last_acts)()) noexcept {
  ::on_exit(
      [](int exit_code, void* acts) {
        reinterpret_cast<void (*)()>(acts)();
        ::_exit(exit_code);
      },
      reinterpret_cast<void*>(last_acts));
}

}  // namespace multiprocessing::detail
