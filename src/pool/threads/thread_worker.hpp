// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/thread_core.hpp>

namespace multiprocessing::detail {

// What one thread of a ThreadPool does and has done. Its thread writes, any thread may ask.
class alignas(64) ThreadWorker {
 public:
  ThreadWorker() : started_(now()) {}
  void started() { ready_.store(now(), std::memory_order_relaxed); }
  // Runs chunks of the call until none is queued, or so many. True: some are left, come again.
  bool serve(ThreadCall& call, std::size_t chunks) noexcept;

  std::size_t finished() const { return finished_.load(std::memory_order_relaxed); }
  std::size_t failed() const { return failed_.load(std::memory_order_relaxed); }
  std::size_t running() const { return running_.load(std::memory_order_relaxed); }
  WorkerStats stats() const;

 private:
  void run(ThreadCall& call, ThreadChunk& chunk) noexcept;
  static bool note_error(ThreadChunk& chunk, std::size_t position, std::exception_ptr error) noexcept;
  using Ticks = Clock::duration::rep;
  static Ticks now() { return Clock::now().time_since_epoch().count(); }
  template <class Number>
  static void add(std::atomic<Number>& sum, Number more) {  // one writer: no need for a locked instruction
    sum.store(sum.load(std::memory_order_relaxed) + more, std::memory_order_relaxed);
  }

  const Ticks started_;
  std::atomic<Ticks> ready_ = 0;       // the initializer has returned
  std::atomic<Ticks> busy_since_ = 0;  // 0: idle
  std::atomic<Ticks> working_ = 0;
  std::atomic<std::size_t> finished_ = 0;
  std::atomic<std::size_t> failed_ = 0;
  std::atomic<std::size_t> running_ = 0;  // more than one where a task calls its own pool
};

}  // namespace multiprocessing::detail
