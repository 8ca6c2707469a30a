// SPDX-License-Identifier: MIT
#include "process/child_life.hpp"

#include "os/output.hpp"
#include "os/this_process.hpp"
#include "os/thrown_type.hpp"
#include "os/wait.hpp"
#include "os/worker_surroundings.hpp"
#include "process/family.hpp"
#include "process/task_context.hpp"

#include <multiprocessing/errors.hpp>

#include <array>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <utility>

namespace multiprocessing::detail {
namespace {

constexpr int exit_code_of_an_exception = 1;
// For a parent that calls exec between the fork and the end of start(), which its pidfd does not show: then the child
// goes on as if the exec had come a moment later.
constexpr std::chrono::seconds longest_wait{10};

// Writes "Process NAME:", the type, the text and what is nested; at once, because several processes may write.
void report_exception(const std::string& name) noexcept {
  try {
    const std::type_info* const type = thrown_type();
    const std::string type_name = type == nullptr ? "" : demangled(type->name());
    const std::string text = describe(std::current_exception());
    std::string report = "Process " + name + ":\n";
    if (!text.starts_with(type_name)) report += type_name + ": ";
    report += text + "\n";
    std::fwrite(report.data(), 1, report.size(), stderr);
  } catch (...) {
    // Out of memory: only the exit code says it.
  }
}

}  // namespace

BirthOfChild::BirthOfChild(bool is_daemon) {
  gate_.emplace();
  Family& family = Family::of_this_process();
  parent_ = std::make_shared<ProcessState>(family, ProcessState::Role::parent, family.name(), family.is_daemon());
  parent_->set_process(this_process(), ProcessHandle(this_process()));
  if (is_daemon) end_watch_ = std::make_unique<ExecWatch>();
}

void BirthOfChild::live(const ProcessState& self, std::string path, std::unique_ptr<ProcessTarget> target,
                        const SignalMask& mask) noexcept {
  drop_signal_handlers();
  if (!leave_on_exit(flush_own_output)) {
    say_on_stderr({"Process ", self.name(),
                   ": it cannot run, because it was forked while another thread registered an exit handler and so "
                   "held a lock that nobody can release here; start another one\n"});
    leave_process(exit_code_of_an_exception);
  }
  empty_standard_input();
  name_process(self.name().c_str());
  if (end_watch_) {
    // Stays open as long as this process lives.
    const int far_end = end_watch_->take_far_end().release().number;
    die_with_near_end(far_end);
  }
  wait_for_parent();
  set_worker_index(std::nullopt);
  int exit_code = 0;
  try {
    Family::begin(self, std::move(path), std::move(parent_));
    set_signal_mask_of_child(mask);
    target->run();
    target.reset();
  } catch (...) {
    flush_own_output();
    report_exception(self.name());
    exit_code = exit_code_of_an_exception;
  }
  std::exit(exit_code);
}

void BirthOfChild::wait_for_parent() noexcept {
  const std::array<int, 2> either{gate_->fd(), parent_->sentinel()};
  wait_readable(either, deadline_after(longest_wait));
  gate_.reset();
}

void BirthOfChild::follow(pid_t pid, ProcessState& child) {
  // Closes descriptors first, so that the pidfd finds a free number.
  parent_.reset();
  if (end_watch_) end_watch_->take_far_end();
  try {
    child.set_process(pid, ProcessHandle(pid), std::move(end_watch_));
  } catch (...) {
    kill_child(pid);
    throw;
  }
}

}  // namespace multiprocessing::detail
