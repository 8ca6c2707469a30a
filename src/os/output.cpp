// SPDX-License-Identifier: MIT
#include "os/output.hpp"

#include <unistd.h>

#include <cstdio>
#include <iostream>

namespace multiprocessing::detail {
namespace {

// Not flush(): std::cerr would first flush std::cout, to which it is tied, and wait for the lock of stdout.
template <class Char>
void flush_stream(std::basic_ostream<Char>& stream) noexcept {
  try {
    if (stream.rdbuf() != nullptr) stream.rdbuf()->pubsync();
  } catch (...) {
    // If the buffer throws, the program learns that when it next uses it.
  }
}

// Holds the stdio lock meanwhile: C++ streams that are synchronised with stdio acquire it again, recursively.
template <class... Streams>
void flush_if_free(std::FILE* file, Streams&... streams) noexcept {
  if (file == nullptr || ::ftrylockfile(file) != 0) return;
  (flush_stream(streams), ...);
  std::fflush(file);
  ::funlockfile(file);
}

}  // namespace

void flush_output_if_free() noexcept {
  flush_if_free(stdout, std::cout, std::wcout);
  flush_if_free(stderr, std::cerr, std::clog, std::wcerr, std::wclog);
}

void flush_own_output() noexcept { flush_output_if_free(); }

void say_on_stderr(std::initializer_list<std::string_view> parts) noexcept {
  for (const std::string_view part : parts) {
    [[maybe_unused]] const auto ignored = ::write(STDERR_FILENO, part.data(), part.size());
  }
}

}  // namespace multiprocessing::detail
