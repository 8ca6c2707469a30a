// SPDX-License-Identifier: MIT
#include "os/futex.hpp"

#include "os/time_left.hpp"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <limits>

namespace multiprocessing::detail {

static_assert(sizeof(std::atomic<std::uint32_t>) == 4 && std::atomic<std::uint32_t>::is_always_lock_free);

void futex_wait(const std::atomic<std::uint32_t>& word, std::uint32_t expected, Deadline deadline) noexcept {
  const timespec left = time_left(deadline);
  ::syscall(SYS_futex, &word, FUTEX_WAIT, expected, deadline == never ? nullptr : &left, nullptr, 0);
}

void futex_wake(const std::atomic<std::uint32_t>& word) noexcept {
  ::syscall(SYS_futex, &word, FUTEX_WAKE, std::numeric_limits<int>::max(), nullptr, nullptr, 0);
}

void futex_add_and_wake(std::atomic<std::uint32_t>& word, std::uint32_t number) noexcept {
  const auto add = FUTEX_OP(FUTEX_OP_ADD, number, FUTEX_OP_CMP_LT, 0U);
  constexpr int all = std::numeric_limits<int>::max();
  if (::syscall(SYS_futex, &word, FUTEX_WAKE_OP, all, 0L, &word, add) >= 0) return;
  // A sandbox may not know the call: then in two steps.
  word.fetch_add(number, std::memory_order_seq_cst);
  futex_wake(word);
}

}  // namespace multiprocessing::detail
