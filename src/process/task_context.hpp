// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <optional>

namespace multiprocessing::detail {

// What item_index() gives in this thread until the end of the scope; then it is again what it was.
class ItemScope {
 public:
  explicit ItemScope(std::size_t item);
  ItemScope(const ItemScope&) = delete;
  ItemScope& operator=(const ItemScope&) = delete;
  ~ItemScope();
  void move_to(std::size_t item);

 private:
  std::optional<std::size_t> before_;
};

// What worker_index() gives in every thread of this process. For a forked worker: its only thread may be the copy of a
// thread that belonged to a pool, and forgets that.
void set_worker_index(std::optional<int> index);
std::optional<int> worker_of_this_process();  // not of this thread, as in a ThreadPool

// What worker_index() gives in this thread, whatever its process is.
void set_thread_worker_index(std::optional<int> index);

}  // namespace multiprocessing::detail
