// SPDX-License-Identifier: MIT
#pragma once

#include <deque>
#include <optional>

#include "process/worker_starter.hpp"

namespace multiprocessing::detail {

// Starts nobody, and reports what the test says.
class ToldStarter final : public WorkerStarter {
 public:
  void order_fork(int) override { ++forks; }
  void order_signal(int, int) override {}
  std::optional<WorkerReport> next_report() override {
    if (reports.empty()) return std::nullopt;
    const WorkerReport report = reports.front();
    reports.pop_front();
    return report;
  }
  std::optional<Clock::time_point> continued_at(Clock::time_point) override { return Clock::time_point(); }
  int lost_fd() const override { return -1; }
  void order_quit() override {}
  bool wait_until_gone(Deadline) override { return true; }
  void kill() override {}
  pid_t pid() const override { return 0; }

  int forks = 0;
  std::deque<WorkerReport> reports;
};

}  // namespace multiprocessing::detail
