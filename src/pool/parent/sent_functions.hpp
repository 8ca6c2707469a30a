// SPDX-License-Identifier: MIT
#pragma once

#include "pool/parent/group_call.hpp"
#include "shm/frame.hpp"

#include <algorithm>
#include <array>

namespace multiprocessing::detail {

// Which functions with state the worker keeps, so that a call's state travels once and not with each frame. The worker
// puts each where the frame says.
class SentFunctions {
 public:
  // Of state that would have to come with a frame.
  std::size_t missing_bytes(const GroupCall& call) const {
    if (!has_state(call) || entry_of(call) != functions_.size()) return 0;
    return call.function.state.size_bytes();
  }
  // Where the worker has the call's function, or will have it. -1: it has no state. `fills`: the state comes along.
  int entry_for(const GroupCall& call, bool& fills) {
    if (!has_state(call)) return -1;
    std::size_t entry = entry_of(call);
    fills = entry == functions_.size();
    if (fills) {
      entry = next_++ % functions_.size();
      functions_[entry] = call.function_number;
    }
    return static_cast<int>(entry);
  }
  void forget(int entry) { functions_[static_cast<std::size_t>(entry)] = 0; }
  void forget_all() noexcept { functions_.fill(0); }

 private:
  static bool has_state(const GroupCall& call) { return call.function.type->load != nullptr; }
  std::size_t entry_of(const GroupCall& call) const {  // behind the last one if it has none
    return static_cast<std::size_t>(std::find(functions_.begin(), functions_.end(), call.function_number) -
                                    functions_.begin());
  }

  std::array<std::uint64_t, cached_functions> functions_{};  // function_number, 0: none
  std::size_t next_ = 0;
};

}  // namespace multiprocessing::detail
