// SPDX-License-Identifier: MIT
#include <multiprocessing/fork_map.hpp>

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstdlib>

#include "support/child_process.hpp"
#include "support/deadline.hpp"
#include "support/processes.hpp"
#include "support/shared.hpp"

namespace multiprocessing::tests::fork_map_deaths_test {
namespace {

using namespace std::chrono_literals;

TEST(ForkMapDeaths, CostTheItemThatWasBegunAndNoOther) {
  constexpr std::size_t count = 200;
  const Shared<std::array<std::atomic<int>, count>> runs;
  std::vector<std::size_t> items(count);
  for (std::size_t index = 0; index != count; ++index) items[index] = index;

  const auto outcomes = try_fork_map(
      [&](std::size_t item) {
        ++runs->at(item);
        if (item == 20) raise(SIGKILL);
        if (item == 90) std::_Exit(7);
        return item;
      },
      items, 2);

  ASSERT_EQ(outcomes.size(), count);
  for (std::size_t index = 0; index != count; ++index) {
    EXPECT_EQ(runs->at(index), 1) << index;
    if (index != 20 && index != 90) {
      ASSERT_TRUE(outcomes[index]) << outcomes[index].message();
    }
  }
  ASSERT_NE(outcomes[20].error_as<WorkerLost>(), nullptr);
  EXPECT_EQ(outcomes[20].error_as<WorkerLost>()->signal(), SIGKILL);
  EXPECT_EQ(outcomes[20].error_as<WorkerLost>()->index(), 20U);
  ASSERT_NE(outcomes[90].error_as<WorkerLost>(), nullptr);
  EXPECT_EQ(outcomes[90].error_as<WorkerLost>()->exit_code(), 7);
}

// A replacement is forked from the server: it has what the program had at the call, not what it has now.
TEST(ForkMapDeaths, AReplacementInheritsTheSame) {
  std::vector<std::string> words{"zero", "one", "two", "three"};
  const std::string before = "before ";
  const auto outcomes = try_fork_map(
      [&](const std::string& word) {
        if (word == "one") raise(SIGKILL);
        return before + word;
      },
      words, 1);
  EXPECT_FALSE(outcomes.at(1));
  EXPECT_EQ(outcomes.at(3).value(), "before three");
}

struct HangsInItsDestructor {
  int number = 0;
  bool hangs = false;  // is not sent
  ~HangsInItsDestructor() {
    while (hangs) pause();
  }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(number);
  }
};

TEST(ForkMapDeaths, AWorkerThatHangsAfterItsLastItemIsKilled) {
  const auto begin = std::chrono::steady_clock::now();
  const auto results = fork_map([](int item) { return HangsInItsDestructor{item, true}; }, {1, 2}, 2);
  EXPECT_EQ(results.at(1).number, 2);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 40s * patience);
}

TEST(ForkMapDeaths, LeaveNothingWhenTheProgramIsKilledInTheMiddle) {
  const Shared<std::array<std::atomic<pid_t>, 2>> workers;
  const Shared<Event> begun;
  ChildProcess program([&] {
    fork_map(
        [&](std::size_t item) {
          workers->at(item) = getpid();
          begun->happen();
          while (true) pause();
        },
        {std::size_t{0}, std::size_t{1}}, 2);
  });
  begun->wait();
  begun->wait();
  program.kill(SIGKILL);
  EXPECT_EQ(program.wait().signal, SIGKILL);
  for (const auto& pid : *workers) EXPECT_TRUE(ends_within(pid, 5s * patience)) << pid;
}

}  // namespace
}  // namespace multiprocessing::tests::fork_map_deaths_test
