// SPDX-License-Identifier: MIT
#pragma once

#include <pthread.h>

#include <atomic>
#include <cerrno>
#include <system_error>

#include "support/shared.hpp"

namespace multiprocessing::tests {

// Holds up the next fork of this process before it begins, as if the program were so large that it took long. The fork
// handler stays for ever: only in a child of the test.
class HeldFork {
 public:
  HeldFork() {
    static const int error = ::pthread_atfork([] { hold_up(); }, nullptr, nullptr);
    if (error != 0) throw std::system_error(error, std::generic_category(), "pthread_atfork");
    is_awaited.store(true);
  }
  void wait_until_it_begins() { has_begun.wait(); }
  void let_go() { may_go_on.happen(); }

 private:
  static void hold_up() {
    if (!is_awaited.exchange(false)) return;
    has_begun.happen();
    may_go_on.wait();
  }

  static inline std::atomic<bool> is_awaited = false;
  static inline Event has_begun;
  static inline Event may_go_on;
};

}  // namespace multiprocessing::tests
