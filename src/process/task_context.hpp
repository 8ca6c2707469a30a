// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>

namespace multiprocessing::detail {

// Sets the item_index() of this thread until the end of the scope; then restores the old one.
class ItemScope {
 public:
  explicit ItemScope(std::size_t item);
  ItemScope(const ItemScope&) = delete;
  ItemScope& operator=(const ItemScope&) = delete;
  ~ItemScope();
  void move_to(std::size_t item) { current_ = item; }

 private:
  std::optional<std::size_t>& current_;  // of this thread
  std::optional<std::size_t> before_;
};

// Sets the worker_index() of every thread of this process. For a forked worker: its only thread may be the copy of a
// thread that belonged to a pool, and forgets that.
void set_worker_index(std::optional<int> index);
std::optional<int> worker_of_this_process();  // ignores what a ThreadPool set for this thread

// Sets the worker_index() of this thread, whatever its process is.
void set_thread_worker_index(std::optional<int> index);

}  // namespace multiprocessing::detail
