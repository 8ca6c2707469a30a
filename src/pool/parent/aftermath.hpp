// SPDX-License-Identifier: MIT
#pragma once

#include "pool/parent/dispatcher.hpp"

namespace multiprocessing::detail {

// What the end of a worker said of it.
struct Aftermath {
  std::size_t progress;  // items that it had answered or lost: 0 is a worker that died without doing any work
  bool was_up;
  bool was_condemned;
  Crash crash;
};

// A worker has been reaped: takes its last answers, ends the item that it had begun as lost (or starts it again, where
// the call allows that), and gives the rest back to the queue. `was_ordered`: this library killed the worker. Throws
// std::bad_alloc: the worker has not been taken for dead yet, call it again.
Aftermath take_apart(WorkerSlot& slot, int wait_status, bool was_ordered, const WorkerStarter& starter,
                     Dispatcher& dispatcher);

}  // namespace multiprocessing::detail
