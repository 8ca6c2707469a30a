// SPDX-License-Identifier: MIT
#pragma once

#include "os/exec_watch.hpp"
#include "os/mutex.hpp"
#include "os/process_handle.hpp"

#include <multiprocessing/detail/deadline.hpp>

#include <sys/types.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace multiprocessing::detail {

class Family;

// What a process knows about a process that a Process started: about its own child (`child`), about the one that
// started it (`parent`), or about itself (`self`, without a handle). Any thread. In a process that was forked from the
// owner's, only a `parent` may be asked, and owner() of each.
class ProcessState {
 public:
  enum class Role { self, parent, child };

  ProcessState(const Family& owner, Role role, std::string name, bool is_daemon)
      : owner_(owner), role_(role), name_(std::move(name)), is_daemon_(is_daemon) {}
  // Called once, before another thread knows this object.
  void set_process(pid_t pid, ProcessHandle process, std::unique_ptr<ExecWatch> end_watch = nullptr);

  const Family& owner() const { return owner_; }
  const std::string& name() const { return name_; }
  pid_t pid() const { return pid_; }
  bool is_daemon() const { return is_daemon_; }

  // These two reap a child that has ended. std::logic_error in a process that is not the owner's.
  bool is_alive();
  std::optional<int> exitcode();
  bool join(Deadline deadline);  // false at the deadline

  int sentinel() const;
  void send(int signal) const;

  // For destructors: they do not throw.
  bool try_join(Deadline deadline) noexcept;
  void try_send(int signal) noexcept;

 private:
  void check_owner() const;
  ChildState look();

  const Family& owner_;
  Role role_;
  std::string name_;
  bool is_daemon_;
  pid_t pid_ = 0;
  ProcessHandle process_;                 // empty for `self`
  std::unique_ptr<ExecWatch> end_watch_;  // for a daemon: the kernel kills it when this is destroyed
  Mutex mutex_;
  ChildState state_ MULTIPROCESSING_GUARDED_BY(mutex_){};
};

}  // namespace multiprocessing::detail
