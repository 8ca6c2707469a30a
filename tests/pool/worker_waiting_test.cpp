// SPDX-License-Identifier: MIT
#include "pool/worker/worker_waiting.hpp"

#include <gtest/gtest.h>
#include <sched.h>

#include <atomic>
#include <thread>

#include "os/current_cpu.hpp"
#include "os/event_fd.hpp"
#include "os/futex.hpp"
#include "support/deadline.hpp"

namespace multiprocessing::detail::worker_waiting_test {
namespace {

using namespace std::chrono_literals;

// A thread of this process that waits as a worker does, on one CPU, and spins for an hour before it sleeps.
class WorkerThatWaits : public ::testing::Test {
 protected:
  WorkerThatWaits() { tests::set_deadline(20s * tests::patience); }
  template <class Condition>
  void wait_while_parent_is_on(int cpus_further, Condition condition) {
    const auto cpu = static_cast<std::size_t>(current_cpu());
    cpu_set_t only_this;
    CPU_ZERO(&only_this);
    CPU_SET(cpu, &only_this);
    ASSERT_EQ(sched_setaffinity(0, sizeof only_this, &only_this), 0);
    channel.parent_sleep->cpu = static_cast<std::uint32_t>(cpu) + 1 + static_cast<std::uint32_t>(cpus_further);
    waiting.until(ParkReason::for_frames, condition);
  }
  bool is_parked() const { return park_reason(channel.words->parked.load()) == ParkReason::for_frames; }

  EventFd bell;
  ChannelBlock block{1, 4096};
  Channel channel = block.channel(0);
  WorkerWaiting waiting{channel, 1h, bell.fd(), bell.fd()};
};

// It is woken on an idle CPU, if there is one. Else the two would share a CPU as long as they wait for each other.
TEST_F(WorkerThatWaits, SleepsAtOnceOnTheCpuOfItsParent) {
  std::atomic<bool> is_told = false;
  std::thread worker([&] { wait_while_parent_is_on(0, [&] { return is_told.load(); }); });
  EXPECT_TRUE(tests::eventually([&] { return is_parked(); }));
  is_told = true;
  channel.words->bell.fetch_add(1);
  futex_wake(channel.words->bell);
  worker.join();
}

TEST_F(WorkerThatWaits, SpinsOnAnotherCpu) {
  int looks = 0;
  std::thread worker([&] { wait_while_parent_is_on(1, [&] { return ++looks == 100'000; }); });
  worker.join();
  EXPECT_EQ(channel.words->parked, 0U);
}

}  // namespace
}  // namespace multiprocessing::detail::worker_waiting_test
