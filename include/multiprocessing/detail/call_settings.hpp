// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/options.hpp>

namespace multiprocessing::detail {

// In which order answers are asked for: it decides how they are kept.
enum class Keep { all, in_order, as_they_come };

// How a call is to be served, whatever its types.
struct CallSettings {
  Keep keep = Keep::all;
  std::size_t chunksize = 0;             // at most so many items travel together; 0: as many as is best
  bool numbered = false;                 // items' indices count the calls on this pool, as for apply()
  bool asynchronous = false;             // the caller does not wait
  bool cancellable = false;              // also what runs
  const TaskOptions* options = nullptr;  // null: none were given. Read while the call begins
};

}  // namespace multiprocessing::detail
