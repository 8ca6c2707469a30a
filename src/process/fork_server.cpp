// SPDX-License-Identifier: MIT
#include "process/fork_server.hpp"

#include "os/error.hpp"
#include "os/output.hpp"
#include "os/signals.hpp"
#include "os/this_process.hpp"
#include "os/wait.hpp"
#include "process/server_loop.hpp"

#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <string>
#include <system_error>
#include <utility>

namespace multiprocessing::detail {
namespace {

constexpr int most_stillborn = 9;

}  // namespace

ForkServer::ForkServer(int slots, std::function<void(int)> worker_main, std::vector<MarkedFd> bells)
    : ledger_(std::make_unique<Ledger>(slots)) {
  ServerLoop loop(*ledger_, orders_, exec_watch_.take_far_end(), worker_main, bells);
  EventFd is_born;
  for (int stillborn = 0; !give_birth(loop, is_born); ++stillborn) {
    if (stillborn == most_stillborn) {
      throw std::system_error(EDEADLK, std::generic_category(),
                              "the server that starts the workers could not start, " + std::to_string(stillborn + 1) +
                                  " times: each time another thread was registering an exit handler at the fork, and "
                                  "left a lock in the server that nobody can release");
    }
  }
}

bool ForkServer::give_birth(ServerLoop& loop, EventFd& is_born) {
  flush_output_if_free();
  const SignalsBlocked blocked;
  const pid_t pid = fork_process();
  if (pid < 0) throw_errno("cannot fork the server that starts the workers");
  if (pid == 0) loop.run(blocked.before(), is_born);
  try {
    server_ = ProcessHandle(pid);
    const std::array<int, 1> born{is_born.fd()};
    const std::array<int, 2> either{is_born.fd(), server_.pidfd()};
    wait_readable(either, never);
    if (!wait_readable(born, Clock::now())) {
      server_.reap();
      return false;
    }
    ledger_->forbid_fork_inheritance();
    return true;
  } catch (...) {
    kill_child(pid);
    throw;
  }
}

ForkServer::~ForkServer() {
  if (mark_.inherited()) {
    // The ledger is not mapped here: unmapping its address could hit memory that was mapped there since.
    [[maybe_unused]] const Ledger* not_ours = ledger_.release();
    return;
  }
  order_quit();
  if (wait_until_gone(deadline_after(std::chrono::milliseconds(1500)))) return;
  kill();
  wait_until_gone(deadline_after(std::chrono::milliseconds(500)));
}

void ForkServer::order_fork(int slot) {
  ledger_->order_fork(slot);
  orders_.ring();
}

void ForkServer::order_signal(int slot, int signal) {
  ledger_->order_signal(slot, signal);
  orders_.ring();
}

std::optional<WorkerReport> ForkServer::next_report() {
  const std::optional<WorkerReport> report = ledger_->next_report();
  // An order for this slot may have waited until this report was read.
  if (report && report->kind != WorkerReport::Kind::started) orders_.ring();
  return report;
}

std::optional<Clock::time_point> ForkServer::continued_at(Clock::time_point when) {
  if (const auto answer = ledger_->continued_at(); is_asked_ && answer) {
    is_asked_ = false;
    known_since_ = asked_at_;
    continued_at_ = *answer;
  }
  if (known_since_ >= when) return continued_at_;
  if (!std::exchange(is_asked_, true)) {
    asked_at_ = Clock::now();
    ledger_->ask_when_continued();
    orders_.ring();
  }
  return std::nullopt;
}

int ForkServer::lost_fd() const { return server_.pidfd(); }

void ForkServer::order_quit() {
  ledger_->order_quit();
  if (!orders_.ring()) exec_watch_.cut();
}

bool ForkServer::is_whole() const { return orders_.is_ours() && exec_watch_.is_ours() && server_.is_whole(); }

bool ForkServer::wait_until_gone(Deadline deadline) {
  if (is_gone_) return true;
  try {
    if (!server_.ends_by(deadline)) return false;
    server_.reap();
  } catch (const std::system_error&) {
    return false;  // the program has closed the pidfd, and no other can be opened
  }
  is_gone_ = true;
  return true;
}

void ForkServer::kill() {
  // If we may not signal the server, this makes it end with its workers, unless it hangs.
  if (!server_.is_whole() || !server_.signal(SIGKILL)) exec_watch_.cut();
}

pid_t ForkServer::pid() const { return server_.pid(); }

}  // namespace multiprocessing::detail
