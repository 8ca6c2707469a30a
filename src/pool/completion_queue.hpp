// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/deadline.hpp>

#include "os/event_fd.hpp"
#include "os/mutex.hpp"
#include "os/owner_mark.hpp"
#include "pool/numbered_queue.hpp"

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <memory>
#include <optional>

namespace multiprocessing::detail {

// The tags of calls that have ended, in the order of their ends. Calls put them in (Call::tell), in any thread, perhaps
// under the lock of a pool; one thread takes them out. No other lock is taken under its lock. The calls share it: each
// may end after the object that asked for its end is gone.
class CompletionQueue {
 public:
  // In a process forked from its owner it is not destroyed: there the condition may have waiters that do not exist.
  static std::shared_ptr<CompletionQueue> make();

  void push(std::size_t tag) noexcept;  // make_room() was called for it
  // True: what was written before a push() is seen by this thread.
  bool any() const noexcept { return any_.load(std::memory_order_acquire); }

  // The thread that takes tags out.
  void make_room();  // for one more push(); throws std::bad_alloc
  std::size_t front() const;
  void pop();
  bool wait(Deadline deadline);  // until any(); for tags that other threads push
  int fileno();                  // readable while any(); made by the first call. Throws std::system_error.
  void close() noexcept;         // from now on tags are dropped
  bool inherited() const noexcept { return mark_.inherited(); }
  void check_owner() const;  // std::logic_error in a process forked from the owner's

 private:
  OwnerMark mark_;
  mutable Mutex mutex_;
  std::condition_variable pushed_;
  std::atomic<bool> any_ = false;
  bool is_awaited_ MULTIPROCESSING_GUARDED_BY(mutex_) = false;
  bool is_closed_ MULTIPROCESSING_GUARDED_BY(mutex_) = false;
  std::size_t to_come_ MULTIPROCESSING_GUARDED_BY(mutex_) = 0;  // pushes that make_room() was called for
  std::size_t room_ MULTIPROCESSING_GUARDED_BY(mutex_) = 0;     // pushes that need no more memory
  NumberedQueue<std::size_t> tags_ MULTIPROCESSING_GUARDED_BY(mutex_);
  std::optional<EventFd> bell_ MULTIPROCESSING_GUARDED_BY(mutex_);
};

}  // namespace multiprocessing::detail
