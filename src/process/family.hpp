// SPDX-License-Identifier: MIT
#pragma once

#include "os/mutex.hpp"
#include "os/owner_mark.hpp"
#include "process/process_state.hpp"

#include <atomic>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace multiprocessing::detail {

using Children = std::list<std::shared_ptr<ProcessState>>;

// This process among those that Process objects start: its name, the process that started it, and its children. Each
// process has one, never destroyed: a forked process finds that the inherited one belongs to another process (its lock
// may be held by a thread that does not exist here), and makes its own. Any thread.
class Family {
 public:
  // Throws std::system_error where the system refuses a page.
  static Family& of_this_process();
  static Family* if_there_is_one() noexcept;  // of this process; nullptr if nothing has asked for it yet
  // Called first in a child: sets who it is, and who started it.
  static void begin(const ProcessState& child, std::string path, std::shared_ptr<ProcessState> parent);

  const std::string& name() const { return name_; }
  bool is_daemon() const { return is_daemon_; }
  const std::shared_ptr<ProcessState>& parent() const { return parent_; }
  // "1" for the first child of the program, "1:2" for the second child of that child.
  std::string next_path();

  // std::logic_error in a process that was forked from this family's. `name` is of the object that was called.
  void check_is_here(const std::string& name) const;
  bool is_here() const noexcept { return !mark_.inherited(); }

  // The child will be ended or joined at the end of this process. `child` has one element, made before the fork: so
  // this cannot fail.
  void add(Children child) noexcept;
  void register_end();  // once, before the first add
  void remove(const ProcessState& child) noexcept;
  std::vector<std::shared_ptr<ProcessState>> active();
  // Reaps the children that have ended; their exit codes stay known. Costs one system call for each child that runs.
  void reap_ended();

  // Called at the end of this process: ends daemons, joins the others.
  void end_children() noexcept;

 private:
  Family(std::string name, std::string path, bool is_daemon, std::shared_ptr<ProcessState> parent,
         const Family* inherited);

  OwnerMark mark_;
  const std::string name_;
  const std::string path_;
  const bool is_daemon_;
  const std::shared_ptr<ProcessState> parent_;
  [[maybe_unused]] const Family* const inherited_;  // kept, so that leak checkers do not report it
  std::atomic<int> children_made_ = 0;
  std::once_flag end_is_registered_;
  Mutex mutex_;
  Children children_ MULTIPROCESSING_GUARDED_BY(mutex_);
};

// Sends SIGTERM, after 0.5 s SIGKILL. Returns when the daemon has ended, or 2 s after that: then only the kernel can
// end it.
void end_daemon(ProcessState& daemon) noexcept;

}  // namespace multiprocessing::detail
