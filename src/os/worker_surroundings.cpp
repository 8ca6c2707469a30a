// SPDX-License-Identifier: MIT
#include "os/worker_surroundings.hpp"

#include "os/unique_fd.hpp"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio_ext.h>
#include <sys/time.h>
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

sigjmp_buf too_late;

// Does nothing if the program has given the stream a buffer of its own.
template <class Char>
void forget_what_was_read_ahead(std::basic_istream<Char>& stream) noexcept {
  try {
    auto* const buffer = dynamic_cast<std::basic_filebuf<Char>*>(stream.rdbuf());
    for (std::streamsize left = buffer == nullptr ? 0 : buffer->in_avail(); left > 0; --left) buffer->sbumpc();
  } catch (...) {
    // The child may then read what the program had read ahead.
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

bool leave_on_exit(void (*last_acts)()) noexcept {
  struct sigaction before;
  struct sigaction give_up {};
  give_up.sa_handler = [](int) { siglongjmp(too_late, 1); };
  sigset_t alarm;
  ::sigemptyset(&alarm);
  ::sigaddset(&alarm, SIGALRM);
  ::sigaction(SIGALRM, &give_up, &before);
  const bool is_in_time = sigsetjmp(too_late, 1) == 0;  // restores what was blocked, too
  if (is_in_time) {
    const itimerval a_second{.it_interval = {}, .it_value = {.tv_sec = 1, .tv_usec = 0}};
    ::setitimer(ITIMER_REAL, &a_second, nullptr);
    sigset_t blocked;
    ::pthread_sigmask(SIG_UNBLOCK, &alarm, &blocked);
    ::on_exit(
        [](int exit_code, void* acts) {
          reinterpret_cast<void (*)()>(acts)();
          ::_exit(exit_code);
        },
        reinterpret_cast<void*>(last_acts));
    ::pthread_sigmask(SIG_SETMASK, &blocked, nullptr);
  }
  const itimerval none{};
  ::setitimer(ITIMER_REAL, &none, nullptr);
  ::sigaction(SIGALRM, &before, nullptr);
  return is_in_time;
}

}  // namespace multiprocessing::detail
