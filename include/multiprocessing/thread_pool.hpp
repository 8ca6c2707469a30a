// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/pool_with.hpp>
#include <multiprocessing/detail/thread_submission.hpp>
#include <multiprocessing/options.hpp>
#include <multiprocessing/worker.hpp>

namespace multiprocessing {

// Pool's calls, run in threads of this process. Nothing is serialised, so any callable, item and result will do. Calls
// that wait pass f the caller's own objects by reference (map can change items in place); the _async forms copy or move
// what they are given. Errors arrive as they were thrown. Text still arrives as std::string, as in Pool.
// A call on the pool from inside one of its tasks runs at once, in that task's thread.
// terminate() drops the items that have not begun and waits for those that run, except inside a task. A crash ends the
// program.
// The initializer and the finalizer run once in each thread; an initializer that throws is BrokenPool. worker_pids() is
// empty; max_tasks_per_child, initializer_timeout and threads_per_worker are checked and have no effect.
// Threads, forks and the destructor are as for Pool. Memory ordering: what a thread wrote before it handed an item in
// is seen by the task, and what the task wrote is seen by the thread that gets its result.
// The constructor throws std::system_error if the system refuses a thread.
class ThreadPool : public detail::PoolInterface<ThreadPool> {
 public:
  ThreadPool() : ThreadPool(PoolOptions{}) {}
  explicit ThreadPool(int processes) : ThreadPool(PoolOptions{.processes = processes}) {}
  explicit ThreadPool(const PoolOptions& options) : core_(detail::make_thread_core(options)) {}
  ThreadPool(ThreadPool&&) = default;
  ThreadPool& operator=(ThreadPool&& other) {
    if (this != &other) {
      if (core_) core_->leave_scope();
      core_ = std::move(other.core_);
    }
    return *this;
  }
  ~ThreadPool() {
    if (core_) core_->leave_scope();
  }

 private:
  friend PoolInterface<ThreadPool>;
  friend detail::PoolWith<ThreadPool>;
  detail::PoolCore& pool_core() const {
    if (!core_) detail::throw_no_pool();
    return *core_;
  }
  long default_buffersize(long chunksize) const { return core_->default_buffersize(chunksize); }
  template <class Work>
  using PassedFor = typename detail::ThreadTypes<Work>::Passed;
  template <class Work>
  using ResultFor = typename detail::ThreadTypes<Work>::Result;
  template <class Work>
  static constexpr bool accepts = detail::is_callable<typename Work::Function, PassedFor<Work>, Work::spread>;
  template <class Work>
  static constexpr void require_types() {
    detail::require_callable<typename Work::Function, PassedFor<Work>, Work::spread>();
  }
  template <class Work>
  auto start(typename Work::Function& f, const detail::CallSettings& settings) {
    return detail::ThreadSubmission<Work>(core_, f, settings);
  }

  std::shared_ptr<detail::ThreadCore> core_;
};

}  // namespace multiprocessing
