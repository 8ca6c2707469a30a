// SPDX-License-Identifier: MIT
#include "process/served_workers.hpp"

#include <unistd.h>

#include <array>
#include <atomic>
#include <stdexcept>
#include <utility>

#include "os/wait.hpp"
#include "support/deadline.hpp"

namespace multiprocessing::tests {

using detail::WorkerReport;

ServedWorkers::ServedWorkers(int slots, std::function<void(int)> worker_main)
    : slots_(slots), server_(slots, std::move(worker_main), {bell_.marked()}) {}

WorkerReport ServedWorkers::report() {
  const detail::Deadline deadline = detail::deadline_after(std::chrono::seconds{10 * patience});
  for (;;) {
    bell_.drain();
    if (const auto report = server_.next_report()) return *report;
    const std::array<int, 2> fds{bell_.fd(), server_.lost_fd()};
    if (!detail::wait_readable(fds, deadline)) throw std::runtime_error("no report came in time");
    if (server_.wait_until_gone(detail::Clock::now())) throw std::runtime_error("the fork server is lost");
  }
}

pid_t ServedWorkers::start(int slot) {
  server_.order_fork(slot);
  const WorkerReport started = report();
  if (started.kind != WorkerReport::Kind::started || started.slot != slot) throw std::runtime_error("did not start");
  return started.pid;
}

std::vector<pid_t> ServedWorkers::start_all() {
  std::vector<pid_t> pids;
  for (int slot = 0; slot != slots_; ++slot) pids.push_back(start(slot));
  return pids;
}

int ServedWorkers::status_of_ended() {
  const WorkerReport ended = report();
  if (ended.kind != WorkerReport::Kind::ended) throw std::runtime_error("did not end");
  return ended.status;
}

bool ServedWorkers::quit_within(std::chrono::milliseconds limit) {
  server_.order_quit();
  return server_.wait_until_gone(detail::deadline_after(limit));
}

void idle(int) {
  for (;;) ::pause();
}

void compute(int) {
  for (std::atomic<unsigned> steps = 0;; ++steps) {
  }
}

}  // namespace multiprocessing::tests
