// SPDX-License-Identifier: MIT
#include <multiprocessing/multiprocessing.hpp>

#include <gtest/gtest.h>
#include <signal.h>

#include <array>
#include <numeric>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "support/child_process.hpp"
#include "support/deadline.hpp"
#include "support/settings.hpp"
#include "support/shared.hpp"

// A name that a task returns is its worker's or the parent's, whoever is killed when. That no name is left is checked
// after each test; every instruction of a worker is the last one in tests/pool/every_step_test.cpp.
namespace multiprocessing::tests::sent_names_deaths_test {
namespace {

using namespace std::chrono_literals;

std::vector<SharedMemory> made(int value) {
  std::vector<SharedMemory> memories;
  for (int number = 0; number != 3; ++number) {
    memories.emplace_back(std::nullopt, true, 100).buf()[0] = static_cast<std::byte>(value);
  }
  return memories;
}

// A while after it has begun every third one is the last of its worker, before or after its answer.
std::vector<SharedMemory> made_by_the_doomed(int value) {
  if (value % 3 == 0) {
    std::thread([value] {
      std::this_thread::sleep_for(std::chrono::microseconds(value * 30));  // any moment is as good as another
      raise(SIGKILL);
    }).detach();
  }
  return made(value);
}

TEST(ReturnedNames, AreThereForEachResultThatComesWhoeverIsKilled) {
  std::vector<int> items(150);
  std::iota(items.begin(), items.end(), 0);
  Pool pool({.processes = 3, .max_tasks_per_child = 4});
  std::size_t lost = 0;
  for (auto& outcome : pool.try_map(made_by_the_doomed, items)) {
    if (!outcome) {
      EXPECT_NE(outcome.error_as<WorkerLost>(), nullptr) << outcome.message();
      ++lost;
      continue;
    }
    for (const SharedMemory& memory : outcome.value()) {
      EXPECT_EQ(SharedMemory(memory.name()).buf()[0], static_cast<std::byte>(items[outcome.index()]));
      memory.unlink();
    }
  }
  EXPECT_LT(lost, items.size());
}

TEST(ReturnedNames, GoWithTheProgramWhateverHadBecomeOfThem) {
  std::mt19937 random(static_cast<unsigned>(setting("SEED", 1)));
  for (std::uint64_t round = 0; round != setting("ROUNDS", 10); ++round) {
    const Shared<Event> begun;
    ChildProcess program([&] {
      Pool pool(
          {.processes = 2,
           .max_tasks_per_child = 3,
           .start_method = std::array{StartMethod::forkserver, StartMethod::fork, StartMethod::spawn}[round % 3]});
      for (;;) {
        auto kept = pool.map(made, {1, 2, 3, 4});
        auto results = pool.imap(made, {1, 2, 3, 4, 5, 6});
        results.next();
        begun->happen();
      }
    });
    begun->wait();
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 20'000));  // any moment is as good as another
    program.kill(SIGKILL);
    EXPECT_EQ(program.wait().signal, SIGKILL);
  }
}

}  // namespace
}  // namespace multiprocessing::tests::sent_names_deaths_test
