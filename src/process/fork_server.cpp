// SPDX-License-Identifier: MIT
#include "process/fork_server.hpp"

#include "os/error.hpp"
#include "os/output.hpp"
#include "os/pidfd.hpp"
#include "os/signals.hpp"
#include "os/this_process.hpp"
#include "os/wait.hpp"
#include "os/wait_status.hpp"
#include "process/ending_times.hpp"
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
constexpr std::chrono::seconds time_to_be_born{60};  // a new process, before main()

}  // namespace

ForkServer::ForkServer(int slots, std::function<void(int)> worker_main, std::vector<MarkedFd> bells)
    : ledger_(std::make_unique<Ledger>(slots)) {
  ServerLoop loop(*ledger_, orders_, open_pidfd(this_process()), exec_watch_.take_far_end(), worker_main, bells);
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
  return wait_for_birth(pid, is_born, never).empty();
}

ForkServer::ForkServer(int slots, const std::function<pid_t(const ServerDescriptors&)>& start)
    : ledger_(std::make_unique<Ledger>(slots, Sharing::by_descriptor)) {
  const EventFd is_born;
  const UniqueFd parent = open_pidfd(this_process());
  const UniqueFd parent_execs = exec_watch_.take_far_end();
  ledger_->forbid_fork_inheritance();
  const auto start_blocked = [&] {
    const SignalsBlocked blocked;  // there until the server has set its own
    return start({.ledger = ledger_->mapping().descriptor(),
                  .parent = parent.get(),
                  .parent_execs = parent_execs.get(),
                  .orders = orders_.marked(),
                  .is_born = is_born.marked(),
                  .mask_of_program = blocked.before()});
  };
  const pid_t pid = start_blocked();
  const std::string ended = wait_for_birth(pid, is_born, deadline_after(time_to_be_born));
  if (!ended.empty()) throw ServerNotBorn(ended);
  ledger_->mapping().close_descriptor();
}

std::string ForkServer::wait_for_birth(pid_t pid, const EventFd& is_born, Deadline deadline) {
  try {
    server_ = ProcessHandle(pid);
    const std::array<int, 1> born{is_born.fd()};
    const std::array<int, 2> either{is_born.fd(), server_.pidfd()};
    const bool is_in_time = wait_readable(either, deadline);
    if (wait_readable(born, Clock::now())) {
      ledger_->forbid_fork_inheritance();
      return {};
    }
    if (!is_in_time) kill();
    server_.ends_by(is_in_time ? never : deadline_after(time_to_die));
    const auto exitcode = server_.reap().exitcode;
    if (!is_in_time) return "was not ready after 60 s, and was killed";
    return "ended with " + describe_wait_status(exitcode ? wait_status_of(*exitcode) : unknown_wait_status);
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

void serve(const ServerDescriptors& descriptors, int slots, const std::function<void(int)>& worker_main,
           const std::vector<MarkedFd>& bells) {
  Ledger ledger(UniqueFd(descriptors.ledger), slots);
  EventFd orders{UniqueFd(descriptors.orders)};
  EventFd is_born{UniqueFd(descriptors.is_born)};
  flush_output_if_free();  // what was printed before main(): else each worker would print it
  ServerLoop loop(ledger, orders, UniqueFd(descriptors.parent), UniqueFd(descriptors.parent_execs), worker_main, bells);
  loop.run(descriptors.mask_of_program, is_born);
}

}  // namespace multiprocessing::detail
