// SPDX-License-Identifier: MIT
#include <multiprocessing/barrier.hpp>

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <string>
#include <thread>

#include "pool/traced_worker.hpp"
#include "support/child_process.hpp"
#include "support/deadline.hpp"
#include "support/processes.hpp"
#include "support/shared.hpp"

namespace multiprocessing::tests::stopped_holder_test {
namespace {

using namespace std::chrono_literals;

struct Progress {
  std::atomic<bool> is_ready = false;
  std::atomic<bool> may_go = false;
  std::atomic<bool> is_done = false;
};

// A process that only looks at the barrier is stopped after `limit` steps, so that it may hold the guard. Gives how
// many it took. 0: it cannot be traced.
long stop_after(long limit) {
  const Shared<Progress> progress;
  Barrier barrier(3);
  ChildProcess sleeper([&] { EXPECT_THROW(barrier.wait(), BrokenBarrierError); });
  while (barrier.n_waiting() != 1) std::this_thread::yield();
  while (describe_process(sleeper.pid()).find(", S)") == std::string::npos) std::this_thread::yield();

  const ChildProcess stopped([&] {
    progress->is_ready = true;
    while (!progress->may_go) continue;
    (void)barrier.n_waiting();
    progress->is_done = true;
    while (true) pause();
  });
  while (!progress->is_ready) std::this_thread::yield();
  const TracedWorker steps(stopped.pid());
  if (!steps.is_traced()) return 0;
  progress->may_go = true;
  long count = 0;
  while (count != limit && !progress->is_done && steps.step([&] { return progress->is_done.load(); })) ++count;

  EXPECT_THROW(barrier.wait(1ms), BrokenBarrierError);
  EXPECT_EQ(sleeper.wait().exit_code, 0) << "the other one stopped after step " << count;
  EXPECT_TRUE(barrier.broken());
  ::kill(stopped.pid(), SIGKILL);
  return count;
}

TEST(Barrier, IsBrokenForAllWhileOneIsStoppedThatLooksAtIt) {
  set_deadline(120s * patience);
  constexpr long points = 20;
  const long all = stop_after(1'000'000);
  if (all == 0) GTEST_SKIP() << "this process may not trace others";
  for (long point = 1; point != points && !HasFailure(); ++point) stop_after(point * all / points);
}

}  // namespace
}  // namespace multiprocessing::tests::stopped_holder_test
