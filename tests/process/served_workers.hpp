// SPDX-License-Identifier: MIT
#pragma once

#include "os/event_fd.hpp"
#include "process/fork_server.hpp"

#include <functional>
#include <vector>

namespace multiprocessing::tests {

// A fork server, its bell, and a deadline for whatever a test waits for.
class ServedWorkers {
 public:
  ServedWorkers(int slots, std::function<void(int slot)> worker_main);

  detail::ForkServer& server() { return server_; }
  detail::WorkerReport report();  // the next; throws std::runtime_error if none comes in time
  pid_t start(int slot = 0);      // orders a fork; throws std::runtime_error if it is not reported as `started`
  std::vector<pid_t> start_all();
  int status_of_ended();  // the next report, which is `ended`; else throws std::runtime_error
  bool quit_within(std::chrono::milliseconds limit);

 private:
  detail::EventFd bell_;
  int slots_;
  detail::ForkServer server_;
};

// What workers do until somebody ends them.
[[noreturn]] void idle(int slot);
[[noreturn]] void compute(int slot);

}  // namespace multiprocessing::tests
