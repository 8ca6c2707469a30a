// SPDX-License-Identifier: MIT
#include "os/fork_count.hpp"

#include "os/error.hpp"

#include <pthread.h>

#include <atomic>
#include <cerrno>

namespace multiprocessing::detail {
namespace {

std::atomic<std::uint64_t> begun = 0;
std::atomic<std::uint64_t> over = 0;
std::atomic<bool> is_counting = false;

void before_fork() { begun.fetch_add(1); }

void after_fork_in_parent() { over.fetch_add(1); }

// Threads that were forking do not exist in the child.
void after_fork_in_child() { over.store(begun.load()); }

}  // namespace

void count_forks() {
  if (is_counting.load()) return;
  // No static variable: another thread could be initialising it at a fork, and the child would wait for that for ever.
  // If two threads register the handlers, both count, which changes nothing.
  errno = ::pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child);
  if (errno != 0) throw_errno("cannot register a fork handler");
  is_counting.store(true);
}

std::uint64_t forks_begun() noexcept { return begun.load(); }

std::uint64_t forks_over() noexcept { return over.load(); }

}  // namespace multiprocessing::detail
