// SPDX-License-Identifier: MIT
#include "tsan/thread_starter.hpp"

#include <gtest/gtest.h>

#include "os/event_fd.hpp"
#include "pool/worker/worker_loop.hpp"

namespace multiprocessing::tests {

using detail::WorkerReport;

ThreadStarter::ThreadStarter(detail::ChannelBlock& channels, std::chrono::nanoseconds spin,
                             std::vector<detail::MarkedFd> bells)
    : channels_(channels), spin_(spin), bells_(std::move(bells)) {}

ThreadStarter::~ThreadStarter() {
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

void ThreadStarter::order_fork(int slot) {
  const auto place = static_cast<std::size_t>(slot);
  const std::lock_guard lock(mutex_);
  if (threads_.size() <= place) threads_.resize(place + 1);
  ASSERT_FALSE(threads_[place].joinable()) << "the slot's last worker was not reaped";
  threads_[place] = std::thread([this, slot] { run(slot); });
}

void ThreadStarter::run(int slot) {
  report(WorkerReport::Kind::started, slot);
  detail::Worker worker(channels_.channel(slot), slot, spin_, bells_[0].number, bells_[1].number);
  worker.announce_start();
  worker.serve();
  report(WorkerReport::Kind::ended, slot);
}

void ThreadStarter::report(WorkerReport::Kind kind, int slot) {
  const std::lock_guard lock(mutex_);
  reports_.push_back({kind, slot, 1000 + slot, 0});
  for (const detail::MarkedFd& bell : bells_) detail::EventFd::ring(bell.number);
}

std::optional<WorkerReport> ThreadStarter::next_report() {
  std::unique_lock lock(mutex_);
  if (reports_.empty()) return std::nullopt;
  const WorkerReport report = reports_.front();
  reports_.pop_front();
  if (report.kind == WorkerReport::Kind::ended) {
    std::thread ended = std::move(threads_[static_cast<std::size_t>(report.slot)]);
    lock.unlock();
    ended.join();
  }
  return report;
}

void ThreadStarter::order_signal(int slot, int signal) {
  ADD_FAILURE() << "worker " << slot << " is sent signal " << signal << ": its channel seems to be overwritten";
}

}  // namespace multiprocessing::tests
