// SPDX-License-Identifier: MIT
#include <multiprocessing/detail/thread_core.hpp>

#include "os/mutex.hpp"
#include "os/owner_mark.hpp"
#include "os/signals.hpp"
#include "pool/callback_thread.hpp"
#include "pool/check_options.hpp"
#include "pool/owner_check.hpp"
#include "pool/run_initializer.hpp"
#include "pool/threads/thread_worker.hpp"
#include "process/task_context.hpp"

#include <utility>

// ThreadSanitizer does not see fences, and gcc warns of them; the queue's mutex orders what this one orders.
#if defined(__SANITIZE_THREAD__)
#define BOOST_ASIO_DISABLE_FENCED_BLOCK
#endif

// After <utility>, which Boost 1.74 forgets.
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <array>
#include <deque>
#include <limits>
#include <system_error>
#include <thread>

namespace multiprocessing::detail {
namespace {

class ThreadTeam;
struct CurrentThread {
  const ThreadTeam* team = nullptr;
  ThreadWorker* worker = nullptr;
};
thread_local CurrentThread current_thread;

// Threads that serve a queue. Each of them shares in the ownership: a task may drop the pool that it runs in, and in a
// forked child, where they do not exist, nothing is ever destroyed.
class ThreadTeam final : public ThreadCore, public std::enable_shared_from_this<ThreadTeam> {
 public:
  explicit ThreadTeam(const PoolOptions& options)
      : initializer_(options.initializer), finalizer_(options.finalizer), processes_(check_options(options)) {}

  void start() {
    try {
      for (int index = 0; index != processes_; ++index) start_thread(index);
    } catch (const std::system_error& error) {
      end_threads();
      throw std::system_error(error.code(), "cannot start thread " + std::to_string(threads_started_ + 1) + " of " +
                                                std::to_string(processes_));
    } catch (...) {
      end_threads();
      throw;
    }
    MutexLock lock(mutex_);
    changed_.wait(lock.native(), [&]() MULTIPROCESSING_REQUIRES(mutex_) { return threads_ready_ == processes_; });
    const std::exception_ptr error = start_error_;
    lock.unlock();
    if (error) {
      end_threads();
      std::rethrow_exception(error);
    }
  }

  std::size_t admit(ThreadCall& call, bool numbered) override {
    check_owner();
    const MutexLock lock(mutex_);
    if (state_ == State::terminated) throw std::logic_error("the ThreadPool was terminated: it takes no more work");
    if (state_ == State::closed) throw std::logic_error("the ThreadPool is closed: it takes no more work");
    call.before = calls_.before;
    call.after = &calls_;
    call.before->after = calls_.before = &call;
    ++inputs_;
    return numbered ? numbered_calls_++ : 0;
  }
  void end_input() noexcept override {
    if (--inputs_ != 0 || !closed_) return;
    const MutexLock lock(mutex_);
    stay_.reset();
  }
  void forget(ThreadCall& call) noexcept override {
    if (mark_.inherited()) return;
    const MutexLock lock(mutex_);
    call.before->after = call.after;
    call.after->before = call.before;
  }
  void count_items(std::size_t items) noexcept override { handed_in_.fetch_add(items, std::memory_order_relaxed); }
  bool is_own_thread() const noexcept override { return current_thread.team == this; }
  void run_here(ThreadCall& call) noexcept override { current_thread.worker->serve(call, all); }
  const char* serve(const std::shared_ptr<ThreadCall>& call) override {
    const MutexLock lock(mutex_);
    if (state_ == State::terminated) return terminated_before;
    if (!stay_) return "the pool was joined before this item was handed in";
    post(call);
    return nullptr;
  }
  void count_dropped(std::size_t items) noexcept override { dropped_.fetch_add(items, std::memory_order_relaxed); }
  CallbackThread& callback_thread() override { return callback_thread_; }
  void check_owner() const override { detail::check_owner(mark_); }
  bool inherited() const override { return mark_.inherited(); }

  long default_buffersize(long chunksize) const override {
    check_owner();
    constexpr long most = std::numeric_limits<long>::max();
    return chunksize > most / 4 / processes_ ? most : 4 * processes_ * chunksize;
  }
  int processes() const override { return check_owner(), processes_; }
  std::vector<pid_t> worker_pids() const override { return check_owner(), std::vector<pid_t>{}; }
  PoolStats stats() const override;

  void close() override {
    check_owner();
    const MutexLock lock(mutex_);
    if (state_ == State::open) state_ = State::closed;
    closed_ = true;  // before the look at inputs_, as end_input() does it the other way round
    if (inputs_ == 0) stay_.reset();
  }
  void terminate() override {
    check_owner();
    drop_all();
    if (is_own_thread()) return;
    MutexLock lock(mutex_);
    changed_.wait(lock.native(), [&]() MULTIPROCESSING_REQUIRES(mutex_) { return threads_left_ == threads_started_; });
  }
  bool join(Deadline deadline) override;
  void leave_scope() noexcept override;

 private:
  enum class State { open, closed, terminated };
  static constexpr std::size_t all = std::numeric_limits<std::size_t>::max();
  static constexpr std::size_t chunks_before_others = 32;  // then other calls have their turn
  static constexpr const char* terminated_before = "the pool was terminated before this item began";

  void post(std::shared_ptr<ThreadCall> call) {
    boost::asio::post(context_, [this, call = std::move(call)]() mutable {
      while (current_thread.worker->serve(*call, chunks_before_others)) {
        try {
          return post(call);
        } catch (const std::bad_alloc&) {
          // Then this thread goes on with it.
        }
      }
    });
  }
  void start_thread(int index);
  void serve(int index, ThreadWorker& worker);
  void drop_all() noexcept;
  void end_threads();

  OwnerMark mark_;
  const Initializer initializer_;
  const Initializer finalizer_;
  const int processes_;
  CallbackThread callback_thread_;
  boost::asio::io_context context_;
  Mutex mutex_;
  std::condition_variable changed_;
  // While it is there the threads wait for more work.
  std::optional<boost::asio::executor_work_guard<boost::asio::io_context::executor_type>> stay_
      MULTIPROCESSING_GUARDED_BY(mutex_){context_.get_executor()};
  State state_ MULTIPROCESSING_GUARDED_BY(mutex_) = State::open;
  ThreadCallLink calls_ MULTIPROCESSING_GUARDED_BY(mutex_);  // not a call itself: where the ring begins
  std::atomic<bool> closed_ = false;
  std::atomic<std::size_t> inputs_ = 0;  // of calls that may still hand in items
  std::size_t numbered_calls_ MULTIPROCESSING_GUARDED_BY(mutex_) = 0;
  std::vector<std::thread> threads_ MULTIPROCESSING_GUARDED_BY(mutex_);
  std::deque<ThreadWorker> workers_;
  int threads_started_ = 0;  // by start(), which reads it without the mutex
  int threads_ready_ MULTIPROCESSING_GUARDED_BY(mutex_) = 0;
  int threads_left_ MULTIPROCESSING_GUARDED_BY(mutex_) = 0;
  std::exception_ptr start_error_ MULTIPROCESSING_GUARDED_BY(mutex_);
  std::atomic<std::size_t> handed_in_ = 0;
  std::atomic<std::size_t> dropped_ = 0;
};

void ThreadTeam::start_thread(int index) {
  const SignalsBlocked blocked;  // the program's handlers run in the program's own threads
  const MutexLock lock(mutex_);
  ThreadWorker& worker = workers_.emplace_back();
  threads_.emplace_back([self = shared_from_this(), index, &worker] { self->serve(index, worker); });
  ++threads_started_;
}

void ThreadTeam::serve(int index, ThreadWorker& worker) {
  current_thread = {this, &worker};
  set_thread_worker_index(index);
  std::exception_ptr error;
  try {
    if (initializer_) run_initializer(initializer_);
  } catch (...) {
    error = std::current_exception();
  }
  {
    const MutexLock lock(mutex_);
    worker.started();
    if (!start_error_) start_error_ = error;
    ++threads_ready_;
    changed_.notify_all();
  }
  if (!error) {
    context_.run();
    if (finalizer_) run_finalizer(finalizer_, "thread " + std::to_string(index) + " of a ThreadPool");
  }
  const MutexLock lock(mutex_);
  ++threads_left_;
  changed_.notify_all();
}

void ThreadTeam::drop_all() noexcept {
  {
    const MutexLock lock(mutex_);
    state_ = State::terminated;
    stay_.reset();
  }
  // Some at a time: that needs no memory. The context is not stopped: what is posted owns this team, through its call.
  std::array<std::shared_ptr<ThreadCall>, 64> pending;
  std::size_t count = 0;
  do {
    count = 0;
    {
      const MutexLock lock(mutex_);
      for (ThreadCallLink* link = calls_.after; link != &calls_ && count != pending.size(); link = link->after) {
        ThreadCall& call = *static_cast<ThreadCall*>(link);
        // A dropped call must not be owned here, even for a moment: its last owner's forget() takes the mutex.
        if (auto owned = call.stopped() ? nullptr : call.weak_from_this().lock()) pending[count++] = std::move(owned);
      }
    }
    for (std::size_t index = 0; index != count; ++index) std::exchange(pending[index], {})->drop(terminated_before);
  } while (count != 0);
}

void ThreadTeam::end_threads() {
  drop_all();
  join(never);
}

bool ThreadTeam::join(Deadline deadline) {
  check_owner();
  if (is_own_thread()) throw std::logic_error("join() in a task of the same pool would wait for itself");
  std::vector<std::thread> threads;
  {
    MutexLock lock(mutex_);
    if (state_ == State::open) throw std::logic_error("join() was called before close() or terminate()");
    stay_.reset();
    const auto all_left = [&]() MULTIPROCESSING_REQUIRES(mutex_) { return threads_left_ == threads_started_; };
    if (deadline == never) {
      changed_.wait(lock.native(), all_left);
    } else if (!changed_.wait_until(lock.native(), deadline, all_left)) {
      return false;
    }
    threads.swap(threads_);
  }
  for (std::thread& thread : threads) thread.join();
  return callback_thread_.finish(deadline);
}

void ThreadTeam::leave_scope() noexcept {
  if (mark_.inherited()) return;
  if (!closed_) drop_all();
  if (!is_own_thread()) {
    join(never);
    return;
  }
  // A task dropped its own pool: the threads leave by themselves.
  const MutexLock lock(mutex_);
  stay_.reset();
  for (std::thread& thread : threads_) thread.detach();
  threads_.clear();
}

PoolStats ThreadTeam::stats() const {
  check_owner();
  PoolStats stats;
  stats.failed = dropped_.load(std::memory_order_relaxed);
  for (const ThreadWorker& worker : workers_) {
    stats.workers.push_back(worker.stats());
    stats.running += worker.running();
    stats.finished += worker.finished();
    stats.failed += worker.failed();
  }
  // Read last, so that it is not smaller than what became of the items.
  const std::size_t handed_in = handed_in_.load(std::memory_order_relaxed);
  stats.queued = handed_in - std::min(handed_in, stats.running + stats.finished + stats.failed);
  return stats;
}

}  // namespace

std::shared_ptr<ThreadCore> make_thread_core(const PoolOptions& options) {
  auto team = std::make_shared<ThreadTeam>(options);
  team->start();
  return team;
}

}  // namespace multiprocessing::detail
