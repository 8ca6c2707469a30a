// SPDX-License-Identifier: MIT
#include <multiprocessing/pool.hpp>

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include "support/deadline.hpp"
#include "support/processes.hpp"
#include "support/shared.hpp"

namespace multiprocessing::tests::lost_fork_server_test {
namespace {

using namespace std::chrono_literals;

pid_t only_child() {
  const std::vector<pid_t> children = children_of(getpid());
  EXPECT_EQ(children.size(), 1u);
  return children.at(0);
}

TEST(LostForkServer, IsBrokenPoolForWhatIsPendingAndForLaterCalls) {
  static Event* begun;
  const Shared<Event> event;
  begun = event.get();
  Pool pool(2);
  auto running = pool.apply_async([] { begun->happen(), pause(); });
  auto queued = pool.map_async([](int) { pause(); }, std::vector<int>(1000), 1);
  begun->wait();
  const std::vector<pid_t> workers = pool.worker_pids();

  kill(only_child(), SIGKILL);

  EXPECT_THROW(running.get(30s * patience), BrokenPool);
  EXPECT_THROW(queued.get(30s * patience), BrokenPool);
  EXPECT_THROW(pool.apply([] {}), BrokenPool);
  for (const pid_t worker : workers) EXPECT_TRUE(ends_within(worker, 2s * patience));
  pool.close();
  pool.join();
}

TEST(LostForkServer, OfAnIdlePoolIsNoticedByTheNextCall) {
  Pool pool(2);
  const pid_t server = only_child();

  kill(server, SIGKILL);
  for (const pid_t worker : pool.worker_pids()) EXPECT_TRUE(ends_within(worker, 2s * patience));

  EXPECT_THROW(pool.map([](int number) { return number; }, {1, 2, 3}), BrokenPool);
}

TEST(LostForkServer, WhileThePoolIsDestroyedIsNoMatter) {
  for (int round = 0; round != 10; ++round) {
    Pool pool(2);
    pool.apply([] {});
    kill(only_child(), SIGKILL);
  }
}

}  // namespace
}  // namespace multiprocessing::tests::lost_fork_server_test
