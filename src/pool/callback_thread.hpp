// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/deadline.hpp>

#include <functional>
#include <list>
#include <memory>

namespace multiprocessing::detail {

// One thread of a pool that runs the users' callbacks, in order. It starts with the first one. Any thread may post.
// Nothing waits for it but finish(): a callback may block, or end the pool that it belongs to.
class CallbackThread {
 public:
  CallbackThread();
  ~CallbackThread();  // what was posted still runs, then the thread ends by itself
  void start();       // before the first post(); throws std::system_error if the system refuses a thread
  void post(std::list<std::function<void()>> callbacks) noexcept;
  bool is_current() const;
  bool finish(Deadline deadline);  // waits until all that was posted has run; true at once in the thread itself

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace multiprocessing::detail
