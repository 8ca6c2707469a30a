// SPDX-License-Identifier: MIT
#include "pool/channel_vandal.hpp"

#include <multiprocessing/pool.hpp>

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <thread>

#include "support/deadline.hpp"
#include "support/processes.hpp"
#include "support/shared.hpp"

// Workers that fill all that they can write of their channel with garbage, at moments of every kind. It costs what the
// worker was handed and had not answered, nothing of another worker, and nothing runs twice.
namespace multiprocessing::tests::hostile_memory_test {
namespace {

using detail::How;

constexpr std::size_t items = 40;

struct Seen {
  std::array<std::atomic<int>, items + 1> runs{};  // of each number; of 0 if an argument was overwritten
  std::atomic<pid_t> hostile = 0;
  std::atomic<bool> overwritten = false;
  Event overwrite;
};
Seen* seen = nullptr;
How way = How::zeros;
std::vector<detail::Mapping> channel;

class HostileMemory : public ::testing::TestWithParam<How> {
 protected:
  HostileMemory() {
    seen = shared_.get();
    way = GetParam();  // before a pool is made: workers inherit it
  }

  // As many as one worker can have been handed, and all of them as WorkerLost.
  template <class T>
  static std::size_t expect_few_lost(const std::vector<Outcome<T>>& outcomes) {
    std::size_t lost = 0;
    for (std::size_t index = 0; index != outcomes.size(); ++index) {
      if (!outcomes[index]) {
        EXPECT_NE(outcomes[index].template error_as<WorkerLost>(), nullptr) << outcomes[index].message();
        ++lost;
      }
      std::atomic<int>& runs = seen->runs.at(index + 1);
      EXPECT_LE(runs, 1) << index;
      EXPECT_TRUE(!outcomes[index] || runs == 1) << index;
      runs = 0;
    }
    EXPECT_LE(lost, 2U);
    return lost;
  }
  static void expect_to_go_on(Pool& pool) {
    const auto same = [](int item) { return item; };
    EXPECT_EQ(pool.map(same, std::vector<int>(1000, 3)), std::vector<int>(1000, 3));
    EXPECT_TRUE(eventually([&] { return pool.worker_pids().size() == 2; }));
  }

 private:
  Shared<Seen> shared_;
};

// From 1: what is overwritten with zeros is none of them.
std::vector<int> numbers() {
  std::vector<int> result(items);
  for (std::size_t index = 0; index != items; ++index) result[index] = static_cast<int>(index) + 1;
  return result;
}

int run(int item) {
  ++seen->runs.at(static_cast<std::size_t>(item));
  detail::take_time();
  return item;
}

// The item, or what comes of it, overwrites the channel while it passes through the worker's end.
struct Vandal {
  enum class When { never, decoding, encoding, halfway };
  int item = 0;
  When when = When::never;

  template <class Archive>
  void save(Archive& archive) const {
    archive(item, static_cast<int>(when));
    const bool in_worker = worker_index().has_value();
    if (in_worker && when == When::encoding) detail::overwrite_own_channel(way);
    archive(std::string(in_worker && when == When::halfway ? 2'000'000 : 0, 'x'));
    if (in_worker && when == When::halfway) detail::overwrite_own_channel(way);
  }
  template <class Archive>
  void load(Archive& archive) {
    int number = 0;
    archive(item, number);
    when = static_cast<When>(number);
    if (worker_index() && when == When::decoding) detail::overwrite_own_channel(way);
    std::string rest;
    archive(rest);
  }
};

Vandal pass(Vandal vandal) { return run(vandal.item), vandal; }

TEST_P(HostileMemory, WhileItDecodesOrEncodesCostsWhatTheWorkerHad) {
  for (const auto when : {Vandal::When::decoding, Vandal::When::encoding, Vandal::When::halfway}) {
    Pool pool(2);
    std::vector<Vandal> vandals;
    for (const int item : numbers()) vandals.push_back({item, item == 7 ? when : Vandal::When::never});

    const auto outcomes = pool.try_map(pass, vandals, 1);

    EXPECT_GE(expect_few_lost(outcomes), 1U);
    for (std::size_t index = 0; index != items; ++index) {
      EXPECT_TRUE(!outcomes[index] || outcomes[index].value().item == static_cast<int>(index) + 1) << index;
    }
    expect_to_go_on(pool);
  }
}

// In the worker: a thread that waits for overwrite_the_sleeper().
void start_vandal() {
  pid_t none = 0;
  if (!seen->hostile.compare_exchange_strong(none, getpid())) return;
  std::thread([] {
    seen->overwrite.wait();
    detail::overwrite_own_channel(way);
    seen->overwritten = true;
  }).detach();
}

void overwrite_the_sleeper() {
  ASSERT_TRUE(eventually([] { return describe_process(seen->hostile).find(", S)") != std::string::npos; }));
  seen->overwrite.happen();
  ASSERT_TRUE(eventually([] { return seen->overwritten || !is_alive(seen->hostile); }));
}

TEST_P(HostileMemory, WhileItSleepsAfterItsAnswerCostsOnlyWhatItIsHandedThen) {
  Pool pool(2);
  pool.apply(start_vandal);
  overwrite_the_sleeper();

  const auto outcomes = pool.try_map(run, numbers(), 1);

  const std::size_t lost = expect_few_lost(outcomes);
  EXPECT_EQ(pool.stats().lost, lost);
  for (const auto& outcome : outcomes) {
    if (outcome) continue;
    EXPECT_EQ(outcome.error_as<WorkerLost>()->pid(), seen->hostile) << outcome.message();
  }
  expect_to_go_on(pool);
  for (const pid_t pid : pool.worker_pids()) EXPECT_NE(pid, seen->hostile);
}

// Zeros are nearly what its words hold then.
TEST_P(HostileMemory, WhileItSleepsBeforeItsFirstItemHangsNothing) {
  Pool pool({.processes = 2, .initializer = start_vandal});
  overwrite_the_sleeper();

  expect_few_lost(pool.try_map(run, numbers(), 1));
  expect_to_go_on(pool);
}

TEST_P(HostileMemory, AtAnyMomentCostsNothingOfOtherWorkers) {
  Pool pool({.processes = 2, .initializer = [] {
               channel = detail::own_channel();
               signal(SIGUSR1, [](int) { detail::overwrite(channel, way); });
             }});
  std::size_t all_lost = 0;
  for (int round = 0; round != 10; ++round) {
    ASSERT_TRUE(eventually([&] { return pool.worker_pids().size() == 2; }));
    auto results = pool.try_imap(run, numbers());
    std::vector<Outcome<int>> outcomes;
    for (int count = 0; count != round % 7; ++count) outcomes.push_back(results.next());
    const std::vector<pid_t> pids = pool.worker_pids();
    if (!pids.empty()) kill(pids[static_cast<std::size_t>(round) % pids.size()], SIGUSR1);
    while (outcomes.size() != items) outcomes.push_back(results.next());

    for (std::size_t index = 0; index != items; ++index) {
      EXPECT_TRUE(!outcomes[index] || outcomes[index].value() == static_cast<int>(index) + 1) << index;
      if (!outcomes[index]) {
        EXPECT_EQ(outcomes[index].error_as<WorkerLost>()->pid(), pids[static_cast<std::size_t>(round) % 2]);
      }
    }
    all_lost += expect_few_lost(outcomes);
  }
  EXPECT_EQ(pool.stats().lost, all_lost);
  expect_to_go_on(pool);
}

INSTANTIATE_TEST_SUITE_P(, HostileMemory, ::testing::Values(How::zeros, How::ones, How::random),
                         [](const auto& how) { return detail::name_of(how.param); });

}  // namespace
}  // namespace multiprocessing::tests::hostile_memory_test
