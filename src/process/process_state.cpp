// SPDX-License-Identifier: MIT
#include "process/process_state.hpp"

#include "os/error.hpp"
#include "os/this_process.hpp"
#include "os/wait.hpp"
#include "process/family.hpp"

#include <cerrno>
#include <chrono>
#include <csignal>
#include <span>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace multiprocessing::detail {
namespace {

// The parent cannot reap a traced child before its tracer lets it go, and no descriptor shows that moment.
constexpr std::chrono::milliseconds look_again{1};

}  // namespace

void ProcessState::set_process(pid_t pid, ProcessHandle process, std::unique_ptr<ExecWatch> end_watch) {
  pid_ = pid;
  process_ = std::move(process);
  end_watch_ = std::move(end_watch);
}

void ProcessState::check_owner() const {
  if (role_ != Role::parent) owner_.check_is_here(name_);
}

ChildState ProcessState::look() {
  check_owner();
  if (role_ == Role::self) return {};
  if (role_ == Role::parent) return {.has_ended = process_.ends_by(Clock::now()), .exitcode = std::nullopt};
  const MutexLock lock(mutex_);
  if (!state_.has_ended) state_ = process_.reap();
  return state_;
}

bool ProcessState::is_alive() { return !look().has_ended; }

std::optional<int> ProcessState::exitcode() { return look().exitcode; }

bool ProcessState::join(Deadline deadline) {
  sentinel();  // throws where one cannot wait
  while (!look().has_ended) {
    if (!process_.ends_by(deadline)) return false;
    if (look().has_ended) return true;
    if (Clock::now() >= deadline) return false;
    wait_readable({}, deadline_after(look_again));
  }
  return true;
}

int ProcessState::sentinel() const {
  check_owner();
  if (role_ == Role::self) throw std::logic_error("process '" + name_ + "' is this process: it cannot wait for itself");
  return process_.pidfd();
}

void ProcessState::send(int signal) const {
  check_owner();
  const bool is_sent = role_ == Role::self ? send_signal(pid_, signal) : process_.signal(signal);
  if (!is_sent && last_error() != ESRCH) {
    throw_errno("cannot send signal " + std::to_string(signal) + " to process '" + name_ + "' (pid " +
                std::to_string(pid_) + ")");
  }
}

bool ProcessState::try_join(Deadline deadline) noexcept {
  try {
    return join(deadline);
  } catch (...) {
    return false;
  }
}

void ProcessState::try_send(int signal) noexcept {
  try {
    if (process_.signal(signal) || last_error() == ESRCH) return;
  } catch (const std::system_error&) {
    // The program has closed the pidfd, and no other can be opened.
  }
  // The kernel can still kill the daemon if the program has given up the right to signal it.
  if (end_watch_) end_watch_->cut();
}

}  // namespace multiprocessing::detail
