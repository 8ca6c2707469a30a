// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/pool_core.hpp>

#include <atomic>
#include <condition_variable>
#include <mutex>

namespace multiprocessing::detail {

// Several items of one call that one thread runs together. The derived class knows their types.
class MULTIPROCESSING_EXPORT ThreadChunk {
 public:
  explicit ThreadChunk(std::size_t count) : count_(count) {}
  ThreadChunk(const ThreadChunk&) = delete;
  ThreadChunk& operator=(const ThreadChunk&) = delete;
  virtual ~ThreadChunk();

  std::size_t count() const { return count_; }
  std::exception_ptr error_of(std::size_t position) const;  // after the end; null if there is a value
  bool failed() const { return begun_ != count_ || !errors_.empty(); }

 protected:
  virtual void run(std::size_t position) = 0;  // if it throws, that is the item's error
  virtual void drop_items() noexcept = 0;      // they are not needed any more

 private:
  friend class ThreadCall;
  friend class ThreadChunkQueue;
  friend class ThreadWorker;
  enum class State { queued, running, ended };
  State state_ = State::queued;        // guarded by the call
  std::shared_ptr<ThreadChunk> next_;  // in its queue; it is in one at a time
  std::size_t first_ = 0;
  const std::size_t count_;
  std::size_t begun_ = 0;
  std::vector<std::pair<std::size_t, std::exception_ptr>> errors_;
  std::exception_ptr reason_;  // why the items behind begun_ were not begun
};

// First in, first out.
class ThreadChunkQueue {
 public:
  bool empty() const { return first_ == nullptr; }
  const std::shared_ptr<ThreadChunk>& front() const { return first_; }
  void push(std::shared_ptr<ThreadChunk> chunk);
  std::shared_ptr<ThreadChunk> pop();

 private:
  std::shared_ptr<ThreadChunk> first_;
  ThreadChunk* last_ = nullptr;
};

class ThreadCall;

// An entry in the pool's ring of calls. The pool's mutex guards it.
struct ThreadCallLink {
  ThreadCallLink* before = this;
  ThreadCallLink* after = this;
};

// The threads of a ThreadPool, as its calls see them.
class MULTIPROCESSING_EXPORT ThreadCore : public PoolCore {
 public:
  ~ThreadCore() override;
  virtual long default_buffersize(long chunksize) const = 0;
  virtual CallbackThread& callback_thread() = 0;
  virtual void check_owner() const = 0;
  // A call begins: std::logic_error after close(). Returns the number of its first item.
  virtual std::size_t admit(ThreadCall& call, bool numbered) = 0;
  virtual void end_input() noexcept = 0;  // of a call that was admitted
  virtual void forget(ThreadCall& call) noexcept = 0;
  virtual void count_items(std::size_t items) noexcept = 0;  // they are about to be handed in
  virtual bool is_own_thread() const noexcept = 0;
  virtual void run_here(ThreadCall& call) noexcept = 0;  // in one of its own threads: runs all that is queued
  // One more thread will serve this call. Returns nullptr, or why no thread ever will. Throws std::bad_alloc if it
  // cannot be this time.
  virtual const char* serve(const std::shared_ptr<ThreadCall>& call) = 0;
  virtual void count_dropped(std::size_t items) noexcept = 0;
};

MULTIPROCESSING_EXPORT std::shared_ptr<ThreadCore> make_thread_core(const PoolOptions& options);

// One call of a ThreadPool. Its chunks wait here until threads of the pool fetch them.
class MULTIPROCESSING_EXPORT ThreadCall : public Call,
                                          public ThreadCallLink,
                                          public std::enable_shared_from_this<ThreadCall> {
 public:
  // `refers`: f or the items are the caller's own objects.
  ThreadCall(std::shared_ptr<ThreadCore> core, Keep keep, bool refers);
  ~ThreadCall() override;

  bool wait(Until until, std::size_t index, Deadline deadline) override;
  void withdraw() override;
  bool cancel(Running what_runs) override;
  std::size_t take_next() override;
  bool failed() override;

  void enter(const CallSettings& settings);  // first, once it is shared; std::logic_error after close()
  std::size_t items() const;
  static std::size_t chunk_after(std::size_t items);  // of an input whose length is not known
  void hand_in(const std::shared_ptr<ThreadChunk>& chunk);
  void end_input() noexcept;  // once or more; nothing in a forked child

  // For the core and its threads.
  void drop(const char* why) noexcept;  // the items that have not begun
  // Ends the chunk that a thread ran, if any, and returns the next. nullptr: the thread is no longer expected here.
  std::shared_ptr<ThreadChunk> exchange(std::shared_ptr<ThreadChunk> done);
  bool leave(
      std::shared_ptr<ThreadChunk> done);  // only ends it; true if chunks are queued: the thread is expected again
  bool stopped() const { return stopped_.load(std::memory_order_relaxed); }
  std::size_t number_of(const ThreadChunk& chunk, std::size_t position) const {
    return first_number_ + chunk.first_ + position;
  }

 protected:
  struct TakenItem {
    std::shared_ptr<ThreadChunk> chunk;
    std::size_t position = 0;
  };
  TakenItem take_item(std::size_t index);                                              // of an item that has ended
  const std::vector<std::shared_ptr<ThreadChunk>>& chunks() const { return chunks_; }  // of Keep::all, after the end

 private:
  void stop() override;
  bool all_ended() const { return input_ended_ && ended_ == handed_in_; }
  bool holds(Until until, std::size_t index) const;
  bool end(std::shared_ptr<ThreadChunk> done);  // under the lock; true: announce_end() is due
  std::size_t chunk_with(std::size_t index) const;
  void count_end(std::shared_ptr<ThreadChunk> chunk);
  bool wake_and_see_whether_to_announce();  // under the lock; true at most once

  std::shared_ptr<ThreadCore> core_;
  const Keep keep_;
  const bool refers_;
  bool entered_ = false;
  std::size_t first_number_ = 0;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  ThreadChunkQueue queued_;
  std::vector<std::shared_ptr<ThreadChunk>> chunks_;  // by index, unless answers are asked for as they come
  std::size_t taken_chunks_ = 0;                      // at their front, null
  ThreadChunkQueue order_;                            // as they ended, if answers are asked for so
  std::size_t next_position_ = 0;                     // in the first of them
  TakenItem taken_;
  std::size_t handed_in_ = 0;
  std::size_t ended_ = 0;
  std::size_t running_ = 0;  // chunks
  int servers_ = 0;          // threads that were asked for and have not left
  bool failed_ = false;
  bool input_ended_ = false;
  bool announced_ = false;
  std::atomic<bool> stopped_ = false;
  std::exception_ptr reason_;
  int waiters_ = 0;  // threads in wait(); usually one, which waits for this:
  Until awaited_ = Until::all_ended;
  std::size_t awaited_index_ = 0;
};

}  // namespace multiprocessing::detail
