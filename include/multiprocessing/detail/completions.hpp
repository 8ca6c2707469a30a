// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/call.hpp>

namespace multiprocessing::detail {

// Which calls of some pools have ended, in the order of their ends, without their types. Each call that is added gets
// an index, from 0, and comes to the front once. The caller keeps the calls until it pops them. Movable; one thread at
// a time. In a process forked from its maker add(), wait() and fileno() are std::logic_error.
class MULTIPROCESSING_EXPORT Completions {
 public:
  Completions();
  Completions(Completions&& other) noexcept;
  Completions& operator=(Completions&& other) noexcept;
  ~Completions();  // the calls go on

  std::size_t next_index() const;
  void add(Call& call);  // gets next_index(). If it throws, nothing has changed
  // Until a call is at the front; false if the deadline came first. `open` is any call that was added and not popped.
  bool wait(Call& open, Deadline deadline);
  std::size_t front() const;   // after wait(): the index of the call that ended first
  void pop(Call& front_call);  // which is that one
  int fileno();                // readable while there is a front

 private:
  struct State;
  State& state() const;  // std::logic_error if it was moved away
  std::unique_ptr<State> state_;
};

}  // namespace multiprocessing::detail
