// SPDX-License-Identifier: MIT
#pragma once

#include "os/event_fd.hpp"
#include "os/exec_watch.hpp"
#include "os/owner_mark.hpp"
#include "os/process_handle.hpp"
#include "os/signals.hpp"
#include "process/ledger.hpp"
#include "process/worker_starter.hpp"

#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace multiprocessing::detail {

class ServerLoop;

// The program hands these descriptors to a server that is not forked, which has them under the same numbers.
struct ServerDescriptors {
  int ledger;
  int parent;        // a pidfd of the program
  int parent_execs;  // see ExecWatch
  MarkedFd orders;
  MarkedFd is_born;
  SignalMask mask_of_program;
};

// The server ended, or took too long, before it was ready.
class ServerNotBorn : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// A child of the program, started once, that forks the workers. Either it is forked, and has the program's memory as it
// was when the pool was made; or it is a new process. It has one thread, so that a worker inherits no lock that another
// thread holds; only libraries and static objects of a new process may have started more. It ends when the program ends
// or calls exec, and its workers end with it. The destructor ends it, within 2 s; in a process that the program forked
// it touches nothing.
class ForkServer : public WorkerStarter {
 public:
  // worker_main runs in each worker after its first acts; when it returns, the worker leaves with exit code 0. The
  // server rings each of `bells` after every report: eventfds of the program that stay open in the workers. Throws
  // std::system_error.
  ForkServer(int slots, std::function<void(int slot)> worker_main, std::vector<MarkedFd> bells);
  // `start` starts a process that calls serve() with these descriptors, and returns its pid. Also throws ServerNotBorn.
  ForkServer(int slots, const std::function<pid_t(const ServerDescriptors&)>& start);
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
  // Empty once it is ready; else it has ended, and this is how.
  std::string wait_for_birth(pid_t pid, const EventFd& is_born, Deadline deadline);

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

// The life of a server that was not forked: takes over the descriptors. `worker_main` and `bells` as for a forked one.
[[noreturn]] void serve(const ServerDescriptors& descriptors, int slots, const std::function<void(int)>& worker_main,
                        const std::vector<MarkedFd>& bells);

}  // namespace multiprocessing::detail
