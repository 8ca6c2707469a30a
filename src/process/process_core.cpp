// SPDX-License-Identifier: MIT
#include "process/process_core.hpp"

#include "os/error.hpp"
#include "os/output.hpp"
#include "os/this_process.hpp"
#include "process/child_life.hpp"

#include <csignal>
#include <stdexcept>
#include <utility>

namespace multiprocessing::detail {

ProcessCore::ProcessCore(std::unique_ptr<ProcessTarget> target)
    : family_(Family::of_this_process()),
      target_(std::move(target)),
      path_(family_.next_path()),
      name_("Process-" + path_),
      is_daemon_(family_.is_daemon()) {}

ProcessCore::~ProcessCore() {
  if (!family_.is_here()) {
    // Destroys nothing here: the child may have closed a descriptor of it, and opened a file with the same number.
    [[maybe_unused]] const auto* not_ours = new std::shared_ptr<ProcessState>(std::move(state_));
    [[maybe_unused]] const auto* nor_this = target_.release();
    return;
  }
  if (!state_) return;
  if (is_daemon_) {
    end_daemon(*state_);
  } else {
    state_->try_join(never);
  }
  family_.remove(*state_);
}

void ProcessCore::start() {
  check_usable();
  if (state_) refuse("has been started already (pid " + std::to_string(state_->pid()) + "): a Process starts once");

  family_.register_end();
  family_.reap_ended();
  auto state = std::make_shared<ProcessState>(family_, ProcessState::Role::child, name_, is_daemon_);
  Children entry{state};
  BirthOfChild birth(is_daemon_);
  flush_output_if_free();
  {
    const SignalsBlocked blocked;
    const pid_t pid = fork_process();
    if (pid < 0) throw_errno("cannot fork process '" + name_ + "'");
    if (pid == 0) birth.live(*state, std::move(path_), std::move(target_), blocked.before());
    birth.follow(pid, *state);
    family_.add(std::move(entry));
    state_ = std::move(state);
    birth.let_go();
  }
  target_.reset();
}

bool ProcessCore::join(Deadline deadline) { return started().join(deadline); }

bool ProcessCore::is_alive() {
  check_usable();
  return state_ && state_->is_alive();
}

std::optional<int> ProcessCore::exitcode() {
  check_usable();
  return state_ ? state_->exitcode() : std::nullopt;
}

pid_t ProcessCore::pid() const {
  if (is_closed_) refuse("is closed");
  return state_ ? state_->pid() : 0;
}

int ProcessCore::sentinel() const { return started().sentinel(); }

void ProcessCore::send(int signal) { started().send(signal); }

void ProcessCore::close() {
  if (is_closed_) return;
  family_.check_is_here(name_);
  if (state_ && state_->is_alive()) refuse("still runs and cannot be closed: join() or terminate() it first");
  if (state_) family_.remove(*state_);
  state_.reset();
  target_.reset();
  is_closed_ = true;
}

void ProcessCore::set_daemon(bool is_daemon) {
  check_usable();
  if (state_) refuse("has been started already: daemon is chosen before start()");
  is_daemon_ = is_daemon;
}

void ProcessCore::check_usable() const {
  family_.check_is_here(name_);
  if (is_closed_) refuse("is closed");
}

ProcessState& ProcessCore::started() const {
  check_usable();
  if (!state_) refuse("has not been started");
  return *state_;
}

void ProcessCore::refuse(const std::string& why) const { throw std::logic_error("process '" + name_ + "' " + why); }

}  // namespace multiprocessing::detail
