// SPDX-License-Identifier: MIT
#include <multiprocessing/multiprocessing.hpp>

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <numeric>
#include <string>

#include "hosts/pool_on_hosts.hpp"
#include "support/child_process.hpp"
#include "support/deadline.hpp"
#include "support/processes.hpp"
#include "support/shared.hpp"

// Programs that end, or are stopped, before their pools on hosts.
namespace multiprocessing::tests::program_on_hosts_test {
namespace {

using namespace std::chrono_literals;

int negative(int number) { return -number; }
void be_stubborn() {
  signal(SIGTERM, SIG_IGN);
  while (true) pause();
}

struct Pids {
  std::array<std::atomic<pid_t>, 9> all;
  Event ready;
};

TEST(ProgramOnHosts, TakesAgentsAndWorkersWithItHoweverItEnds) {
  for (void (*const end)() : {+[] { raise(SIGKILL); }, +[] { _exit(0); }, +[] { std::exit(0); },
                              +[] { execl("/bin/true", "true", nullptr); }, +[] {}}) {
    for (const bool is_busy : {false, true}) {
      const Shared<Pids> pids;
      run_in_child([&] {
        PoolOnHosts pool(3, {.processes = 2});
        std::size_t place = 0;
        for (const pid_t agent : pool.agents()) pids->all[place++] = agent;
        for (const auto& [host, pid] : pool.workers()) pids->all[place++] = pid;
        if (is_busy) pool.map_async([](int) { be_stubborn(); }, std::vector<int>(20), 1);
        end();
      });
      for (const std::atomic<pid_t>& pid : pids->all) {
        ASSERT_NE(pid, 0);
        EXPECT_TRUE(ends_within(pid, 10s * patience)) << describe_process(pid);
      }
    }
  }
}

TEST(ProgramOnHosts, ThatIsKilledWhileItUsesItsPoolLeavesNothing) {
  const Shared<Pids> pids;
  ChildProcess program([&] {
    PoolOnHosts pool(3, {.processes = 2});
    std::size_t place = 0;
    for (const pid_t agent : pool.agents()) pids->all[place++] = agent;
    for (const auto& [host, pid] : pool.workers()) pids->all[place++] = pid;
    for (int times = 0;; ++times) {
      if (times == 10) pids->ready.happen();
      pool.map(negative, std::vector<int>(1000));
    }
  });
  pids->ready.wait();
  program.kill(SIGKILL);
  program.wait();
  for (const std::atomic<pid_t>& pid : pids->all) {
    EXPECT_TRUE(ends_within(pid, 10s * patience)) << describe_process(pid);
  }
}

// Its hosts cannot know that it will go on.
TEST(ProgramOnHosts, ThatIsStoppedForTooLongLosesItsHostsAndSaysSo) {
  const Shared<Pids> pids;
  ChildProcess program([&] {
    PoolOnHosts pool(1, {.processes = 1, .host_timeout = 500ms});
    pids->all[0] = pool.agents()[0];
    pids->ready.happen();
    try {
      pool.apply(be_stubborn);
      ADD_FAILURE();
    } catch (const BrokenPool& error) {
      EXPECT_NE(std::string(error.what()).find("all its hosts are lost"), std::string::npos) << error.what();
    }
  });
  pids->ready.wait();
  program.kill(SIGSTOP);
  EXPECT_TRUE(ends_within(pids->all[0], 20s * patience));
  program.kill(SIGCONT);
  const ChildResult result = program.wait();
  EXPECT_EQ(result.exit_code, 0) << result;
}

}  // namespace
}  // namespace multiprocessing::tests::program_on_hosts_test
