// SPDX-License-Identifier: MIT
#include "fuzz/allocation_meter.hpp"

#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <new>
#include <string>

#include "fuzz/fuzz_target.hpp"

namespace multiprocessing::tests {
namespace {

constinit std::atomic<std::uint64_t> allocated = 0;
constinit std::atomic<std::uint64_t> most_allocated = UINT64_MAX;
constinit std::atomic<std::uint64_t> asked = 0;  // how often `new` was called since some were to be refused
constinit std::atomic<std::uint64_t> first_refused = 0;
constinit std::atomic<std::uint64_t> last_refused = 0;
constinit std::atomic<bool> was_refused = false;
constinit std::atomic<pid_t> refused_process = 0;

bool is_refused() {
  if (first_refused.load(std::memory_order_relaxed) == 0 || getpid() != refused_process) return false;
  const std::uint64_t number = ++asked;
  if (number < first_refused || number > last_refused) return false;
  return was_refused = true;
}

}  // namespace

std::uint64_t allocated_bytes() { return allocated.load(std::memory_order_relaxed); }
void limit_allocated_bytes(std::uint64_t limit) { most_allocated.store(limit, std::memory_order_relaxed); }

void refuse_allocations(std::uint64_t from, std::uint64_t count) {
  if (from != 0) was_refused = false;
  asked = 0;
  refused_process = getpid();
  last_refused = from + count - 1;
  first_refused = from;
}
bool has_refused() { return was_refused; }

void AllocationMeter::expect_for(std::uint64_t arrived_bytes, std::uint64_t multiple,
                                 std::uint64_t bytes_at_least) const {
  const std::uint64_t bytes = allocated_bytes() - before_;
  if (bytes <= bytes_at_least + multiple * arrived_bytes) return;
  throw Finding(std::to_string(bytes) + " bytes were allocated for " + std::to_string(arrived_bytes) +
                " bytes that arrived");
}

}  // namespace multiprocessing::tests

// The compiler may see through a pair of these and call its end of it mismatched.
#pragma GCC diagnostic ignored "-Wmismatched-new-delete"

void* operator new(std::size_t size) {
  using namespace multiprocessing::tests;
  // What is refused counts as well: it was asked for.
  const std::uint64_t before = allocated.fetch_add(size, std::memory_order_relaxed);
  const std::uint64_t most = most_allocated.load(std::memory_order_relaxed);
  if (before > most || size > most - before || is_refused()) throw std::bad_alloc();
  if (void* const place = std::malloc(size == 0 ? 1 : size)) return place;
  throw std::bad_alloc();
}
void operator delete(void* place) noexcept { std::free(place); }
void operator delete(void* place, std::size_t) noexcept { std::free(place); }
