// SPDX-License-Identifier: MIT
#pragma once

#include "os/exec_watch.hpp"
#include "os/process_handle.hpp"

#include <multiprocessing/detail/deadline.hpp>

#include <sys/types.h>

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace multiprocessing::detail {

class Family;

// What is known of a process that a Process started: by the one that started it (`child`), by those that it started
// (`parent`) or by itself (`self`, without a handle).
// Any thread. In a process that was forked from the owner's only a parent's may be asked, and owner() of each.
class ProcessState {
 public:
  enum class Role { self, parent, child };

  ProcessState(const Family& owner, Role role, std::string name, bool is_daemon)
      : owner_(owner), role_(role), name_(std::move(name)), is_daemon_(is_daemon) {}
  // Once, before another thread knows of it.
  void set_process(pid_t pid, ProcessHandle process, std::unique_ptr<ExecWatch> end_watch = nullptr);

  const Family& owner() const { return owner_; }
  const std::string& name() const { return name_; }
  pid_t pid() const { return pid_; }
  bool is_daemon() const { return is_daemon_; }

  // Reap a child that has ended. std::logic_error in a process that is not the owner's.
  bool is_alive();
  std::optional<int> exitcode();
  bool join(Deadline deadline);  // false at the deadline

  int sentinel() const;
  void send(int signal) const;

  // For destructors.
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
  ProcessHandle process_;                 // none of `self`
  std::unique_ptr<ExecWatch> end_watch_;  // of a daemon: it is killed when this goes
  mutable std::mutex mutex_;
  ChildState state_{};  // guarded by mutex_
};

}  // namespace multiprocessing::detail
