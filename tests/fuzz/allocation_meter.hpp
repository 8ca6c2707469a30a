// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>

namespace multiprocessing::tests {

// How many bytes `new` has given out in this program since its start, whatever was given back.
std::uint64_t allocated_bytes();

// From now on `new` is std::bad_alloc when that number passes `limit`: no test runs the machine out of memory.
void limit_allocated_bytes(std::uint64_t limit);

// In this process `new` is std::bad_alloc for so many allocations, from that number on, counted from now as 1. 0: for
// none any more.
void refuse_allocations(std::uint64_t from, std::uint64_t count = 0);
bool has_refused();  // since the last call that set some

// What is allocated while it lives, compared with what arrived.
class AllocationMeter {
 public:
  // Throws a Finding if more than `bytes_at_least`, plus `multiple` for each byte that arrived, was allocated.
  void expect_for(std::uint64_t arrived_bytes, std::uint64_t multiple, std::uint64_t bytes_at_least) const;

 private:
  std::uint64_t before_ = allocated_bytes();
};

}  // namespace multiprocessing::tests
