// SPDX-License-Identifier: MIT
#pragma once

#include <sys/ptrace.h>
#include <sys/wait.h>

#include <csignal>
#include <functional>
#include <thread>

namespace multiprocessing::tests {

// A worker that runs instruction by instruction, as its tracer says. It is stopped from the constructor on.
class TracedWorker {
 public:
  explicit TracedWorker(pid_t pid) : pid_(pid) {
    is_traced_ =
        ptrace(PTRACE_SEIZE, pid_, nullptr, nullptr) == 0 && ptrace(PTRACE_INTERRUPT, pid_, nullptr, nullptr) == 0;
    if (is_traced_) waitpid(pid_, nullptr, __WALL);
  }
  bool is_traced() const { return is_traced_; }  // else this system forbids it

  // False if it was done first, and so may sleep for ever.
  template <class Done>
  bool step(Done done) const {
    if (ptrace(PTRACE_SINGLESTEP, pid_, nullptr, nullptr) != 0) return false;
    for (int looks = 0; waitpid(pid_, nullptr, __WALL | WNOHANG) == 0; ++looks) {
      if (looks < 20) continue;  // a step takes less than giving up the CPU
      if (done()) return false;
      std::this_thread::yield();
    }
    return true;
  }
  void kill() const {
    ::kill(pid_, SIGKILL);
    int status = 0;
    while (waitpid(pid_, &status, __WALL) == pid_ && !WIFSIGNALED(status)) ptrace(PTRACE_CONT, pid_, nullptr, nullptr);
  }

 private:
  pid_t pid_;
  bool is_traced_ = false;
};

}  // namespace multiprocessing::tests
