// SPDX-License-Identifier: MIT
#pragma once

#include "os/unique_fd.hpp"

namespace multiprocessing::detail {

// A socket pair whose far end becomes readable when this process calls exec (or ends): a pidfd does not show an exec.
// The near end is close-on-exec, and no other process may hold it: every child that the program forks, in any thread,
// closes its copy before fork() returns there. So the child that watches has no near end either. The constructor throws
// std::system_error. In a forked child the destructor does nothing.
class ExecWatch {
 public:
  struct Entry;  // by which the child finds the near end

  ExecWatch();
  ExecWatch(const ExecWatch&) = delete;
  ExecWatch& operator=(const ExecWatch&) = delete;
  ~ExecWatch();

  UniqueFd take_far_end() { return std::move(far_end_); }
  bool is_ours() const noexcept;  // the program has not closed the near end
  void cut() noexcept;            // closes the near end before the destructor does
  void let_go() noexcept;         // once: who is in wait_to_be_let_go() goes on

 private:
  Entry* near_end_;
  UniqueFd far_end_;
};

// Called in the child, before all else with the far end, which otherwise stays silent. False: the near end was closed.
bool wait_to_be_let_go(int far_end) noexcept;

// The kernel kills this process when the near end of this far end closes, at once if that has happened already. The
// parent-death signal means the thread that forked; this means the process that has the near end, and an exec counts.
// The far end must stay open; programs that this process executes are not watched. False if the system refuses it.
bool die_with_near_end(int far_end) noexcept;

}  // namespace multiprocessing::detail
