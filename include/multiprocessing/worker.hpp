// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/export.hpp>

#include <cstddef>
#include <optional>

namespace multiprocessing {

// The place of the worker that this code runs in: 0 to processes() - 1; a replacement keeps it. Nothing elsewhere, nor
// in a SerialPool's tasks, which run in the caller.
// In a ThreadPool it is the thread's. Any thread of the worker may ask in Pool; the worker's own in ThreadPool.
MULTIPROCESSING_EXPORT std::optional<int> worker_index();

// The index of the item that this thread runs now: its position in the call's input; for apply() and apply_async() the
// number of the call on this pool, from 0. Nothing outside a task.
MULTIPROCESSING_EXPORT std::optional<std::size_t> item_index();

}  // namespace multiprocessing
