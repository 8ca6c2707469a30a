// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/options.hpp>

#include <cstdint>
#include <string>

namespace multiprocessing::detail {

// The order in which answers are asked for. It decides how they are kept.
enum class Keep { all, in_order, as_they_come };

// The settings of a call, whatever its types.
struct CallSettings {
  Keep keep = Keep::all;
  std::size_t chunksize = 0;             // at most so many items travel together; 0: the engine chooses
  bool single = false;                   // an apply: one item; item_index() counts these calls of the pool
  std::size_t first_item = 0;            // item_index() of the first one, of a part of another host's call
  std::uint64_t function_number = 0;     // calls of the same function have the same one; 0: this call has its own
  bool asynchronous = false;             // the caller does not wait
  bool cancellable = false;              // items that run can be cancelled, too
  const TaskOptions* options = nullptr;  // null: none were given. Read only while the call begins
  const std::string* name = nullptr;     // in the trace; null: the function's. Read only while the call begins
};

}  // namespace multiprocessing::detail
