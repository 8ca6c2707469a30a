// SPDX-License-Identifier: MIT
#include "pool/threads/thread_worker.hpp"

#include "process/task_context.hpp"

namespace multiprocessing::detail {

bool ThreadWorker::serve(ThreadCall& call, std::size_t chunks) noexcept {
  std::shared_ptr<ThreadChunk> chunk;
  for (; chunks != 0; --chunks) {
    chunk = call.exchange(std::move(chunk));
    if (!chunk) return false;
    run(call, *chunk);
  }
  return call.leave(std::move(chunk));
}

void ThreadWorker::run(ThreadCall& call, ThreadChunk& chunk) noexcept {
  const bool outermost = running() == 0;
  if (outermost) busy_since_.store(now(), std::memory_order_relaxed);
  add(running_, std::size_t{1});

  ItemScope scope(call.number_of(chunk, 0));
  for (std::size_t& position = chunk.begun_; position != chunk.count_ && !call.stopped();) {
    scope.move_to(call.number_of(chunk, position));
    try {
      chunk.run(position++);
      add(finished_, std::size_t{1});
    } catch (...) {
      if (!note_error(chunk, position - 1, std::current_exception())) break;
      add(failed_, std::size_t{1});
    }
  }
  chunk.drop_items();

  add(failed_, chunk.count_ - chunk.begun_);
  add(running_, ~std::size_t{0});
  if (outermost) {
    add(working_, now() - busy_since_.load(std::memory_order_relaxed));
    busy_since_.store(0, std::memory_order_relaxed);
  }
}

// Without memory for it, the chunk ends here: this item and those behind it have the same error.
bool ThreadWorker::note_error(ThreadChunk& chunk, std::size_t position, std::exception_ptr error) noexcept {
  try {
    chunk.errors_.emplace_back(position, error);
    return true;
  } catch (const std::bad_alloc&) {
    chunk.begun_ = position;
    chunk.reason_ = std::move(error);
    return false;
  }
}

WorkerStats ThreadWorker::stats() const {
  const Ticks until = now();
  const Ticks ready = ready_.load(std::memory_order_relaxed);
  const Ticks busy_since = busy_since_.load(std::memory_order_relaxed);
  const Ticks working = working_.load(std::memory_order_relaxed) + (busy_since == 0 ? 0 : until - busy_since);
  WorkerStats stats;
  stats.starts = 1;
  stats.items = finished() + failed();
  stats.starting = Clock::duration((ready == 0 ? until : ready) - started_);
  stats.working = Clock::duration(working);
  stats.waiting = Clock::duration(ready == 0 ? 0 : std::max(until - ready - working, Ticks{0}));
  return stats;
}

}  // namespace multiprocessing::detail
