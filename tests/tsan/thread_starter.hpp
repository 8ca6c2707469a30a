// SPDX-License-Identifier: MIT
#pragma once

#include "os/unique_fd.hpp"
#include "process/worker_starter.hpp"
#include "shm/channel.hpp"

#include <chrono>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

namespace multiprocessing::tests {

// Workers that are threads of this process, on the channels that forked ones have: what ThreadSanitizer can see. They
// end by a leave frame only; a signal to one of them is a failure of the test.
class ThreadStarter final : public detail::WorkerStarter {
 public:
  ThreadStarter(detail::ChannelBlock& channels, std::chrono::nanoseconds spin, std::vector<detail::MarkedFd> bells);
  ~ThreadStarter() override;

  void order_fork(int slot) override;
  void order_signal(int slot, int signal) override;
  std::optional<detail::WorkerReport> next_report() override;
  std::optional<detail::Clock::time_point> continued_at(detail::Clock::time_point) override {
    return detail::Clock::time_point{};
  }
  int lost_fd() const override { return -1; }
  void order_quit() override {}
  bool wait_until_gone(detail::Deadline) override { return true; }
  void kill() override {}
  pid_t pid() const override { return 0; }

 private:
  void run(int slot);
  void report(detail::WorkerReport::Kind kind, int slot);

  detail::ChannelBlock& channels_;
  const std::chrono::nanoseconds spin_;
  const std::vector<detail::MarkedFd> bells_;
  std::mutex mutex_;
  std::vector<std::thread> threads_;
  std::deque<detail::WorkerReport> reports_;
};

}  // namespace multiprocessing::tests
