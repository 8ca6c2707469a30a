// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/export.hpp>

#include <cstddef>
#include <optional>

namespace multiprocessing {

// The index of the worker that this code runs in: 0 to processes() - 1. A replacement keeps the index. Nothing outside
// a worker, and nothing in a SerialPool's tasks, which run in the caller. In Pool any thread of the worker may ask; in
// ThreadPool only the worker's own thread.
MULTIPROCESSING_EXPORT std::optional<int> worker_index();

// The index of the item that this thread runs now: its position in the call's input; for apply() and apply_async() the
// number of the call on this pool, from 0. Nothing outside a task.
MULTIPROCESSING_EXPORT std::optional<std::size_t> item_index();

}  // namespace multiprocessing
