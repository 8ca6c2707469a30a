// SPDX-License-Identifier: MIT
#pragma once

#include "os/event_fd.hpp"
#include "os/exec_watch.hpp"
#include "os/owner_mark.hpp"
#include "os/process_handle.hpp"
#include "process/ledger.hpp"
#include "process/worker_starter.hpp"

#include <functional>
#include <memory>
#include <vector>

namespace multiprocessing::detail {

class ServerLoop;

// A child of the program, forked once, that forks the workers. It has one thread, so that a worker inherits no lock
// that another thread holds, and the program's memory as it was when the pool was made. It ends when the program ends
// or calls exec, and its workers end with it. The destructor ends it, within 2 s; in a process that the program forked
// it touches nothing.
class ForkServer final : public WorkerStarter {
 public:
  // worker_main runs in each worker after its first acts; when it returns, the worker leaves with exit code 0. The
  // server rings each of `bells` after every report: eventfds of the program that stay open in the workers. Throws
  // std::system_error.
  ForkServer(int slots, std::function<void(int slot)> worker_main, std::vector<MarkedFd> bells);
  ~ForkServer() override;

  void order_fork(int slot) override;
  void order_signal(int slot, int signal) override;
  std::optional<WorkerReport> next_report() override;
  std::optional<Clock::time_point> continued_at(Clock::time_point when) override;
  int lost_fd() const override;
  void order_quit() override;
  bool wait_until_gone(Deadline deadline) override;
  void kill() override;
  bool is_whole() const override;
  pid_t pid() const override;

 private:
  // False if the fork came at a bad moment, and the server has ended.
  bool give_birth(ServerLoop& loop, EventFd& is_born);

  OwnerMark mark_;
  std::unique_ptr<Ledger> ledger_;
  EventFd orders_;
  ExecWatch exec_watch_;
  bool is_asked_ = false;
  Clock::time_point asked_at_{};
  Clock::time_point known_since_{};  // when continued_at_ was asked for
  Clock::time_point continued_at_{};
  ProcessHandle server_;
  bool is_gone_ = false;
};

}  // namespace multiprocessing::detail
