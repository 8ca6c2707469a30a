// SPDX-License-Identifier: MIT
#include <multiprocessing/multiprocessing.hpp>

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <map>
#include <numeric>
#include <string>
#include <vector>

#include "api/traced_test.hpp"
#include "support/child_process.hpp"
#include "support/deadline.hpp"

namespace multiprocessing::tests::trace_test {
namespace {

using namespace std::chrono_literals;

int where(int) { return worker_index().value(); }
int twice(int number) { return 2 * number; }
std::string text_of(const std::vector<int>& numbers) { return std::string(numbers.size() * 1000, 'x'); }
int die_at_three(int number) { return number == 3 ? ::raise(SIGKILL) : number; }
void note_and_pause(const std::string& path) {
  std::ofstream{path};
  ::pause();
}
int refuse_two(int number) { return number == 2 ? throw std::runtime_error("two") : number; }

std::vector<int> numbers_to(int end) {
  std::vector<int> numbers(static_cast<std::size_t>(end));
  std::iota(numbers.begin(), numbers.end(), 0);
  return numbers;
}

class Trace : public TracedTest {
 protected:
  // stats().running counts it a moment before it has begun.
  AsyncResult<void> begin_endless(Pool& pool) const {
    const std::filesystem::path begun = folder_ / "begun";
    auto endless = pool.apply_async(note_and_pause, begun.string());
    EXPECT_TRUE(eventually([&] { return std::filesystem::exists(begun); }));
    return endless;
  }
};

TEST_F(Trace, EachItemIsInTheRowOfTheWorkerThatRanIt) {
  std::vector<int> workers;
  {
    Pool pool(traced(3));
    workers = pool.map(where, numbers_to(200), 1);
  }
  std::map<std::string, int> seen;
  for (const TraceLine& line : of_category(lines(), "item")) {
    EXPECT_TRUE(seen.emplace(line.field("name"), line.worker()).second) << line.text;
    EXPECT_EQ(line.field("call"), "1");
    EXPECT_EQ(line.field("ended"), "with a value");
  }
  ASSERT_EQ(seen.size(), workers.size());
  for (std::size_t item = 0; item != workers.size(); ++item) {
    EXPECT_EQ(seen["item " + std::to_string(item)], workers[item]);
  }
}

TEST_F(Trace, AnItemLastsAsLongAsItRanAndAWorkerWaitsBetweenTwo) {
  {
    Pool pool(traced(1));
    const auto nap = [] { ::usleep(20'000); };
    pool.apply(nap);
    ::usleep(20'000);
    pool.apply(nap);
  }
  const std::vector<TraceLine> all = lines();
  const std::vector<TraceLine> items = of_category(all, "item");
  ASSERT_EQ(items.size(), 2U);
  for (const TraceLine& item : items) EXPECT_GE(item.end() - item.begin(), 20'000);
  double waited = 0;
  for (const TraceLine& line : of_category(all, "waiting")) {
    if (line.begin() >= items[0].end() && line.end() <= items[1].begin()) waited += line.end() - line.begin();
  }
  EXPECT_GE(waited, 15'000);
  const std::vector<TraceLine> workers = of_category(all, "worker");
  ASSERT_FALSE(workers.empty());
  EXPECT_EQ(workers[0].field("name"), "starting");
  EXPECT_LE(workers[0].end(), items[0].begin());
}

TEST_F(Trace, ACallIsNamedAfterItsFunction) {
  {
    Pool pool(traced(1));
    pool.apply(::toupper, 'a');  // is exported, and noexcept
    pool.apply(twice, 1);
  }
  std::vector<std::string> functions;
  for (const TraceLine& line : of_category(lines(), "call")) {
    if (line.field("ph") == "b") functions.push_back(line.field("function"));
  }
  ASSERT_EQ(functions.size(), 2U);
  EXPECT_EQ(functions[0], "toupper");
}

TEST_F(Trace, ADeathItsItemAndTheReplacementAreInIt) {
  pid_t first = 0;
  {
    Pool pool(traced(1));
    first = pool.worker_pids().at(0);
    const auto outcomes = pool.try_map(die_at_three, numbers_to(6));
    EXPECT_EQ(std::ranges::count_if(outcomes, [](const auto& outcome) { return static_cast<bool>(outcome); }), 5);
  }
  const std::vector<TraceLine> all = lines();
  const std::vector<TraceLine> lost = of_category(all, "lost");
  ASSERT_EQ(lost.size(), 1U);
  EXPECT_EQ(lost[0].field("name"), "item 3");
  EXPECT_EQ(lost[0].field("worker_pid"), std::to_string(first));
  EXPECT_EQ(of_category(all, "item").size(), 5U);
  std::vector<std::string> names;
  for (const TraceLine& line : of_category(all, "worker")) names.push_back(line.field("name"));
  ASSERT_GE(names.size(), 3U);
  EXPECT_EQ(names[0], "starting");
  EXPECT_EQ(names[1], "worker ended: signal 9 (Killed)");
  EXPECT_EQ(names[2], "starting");
}

TEST_F(Trace, WorkThatIsTakenBackFromBehindALongItemIsInIt) {
  {
    Pool pool(traced(1));
    const auto endless = begin_endless(pool);
    auto behind = pool.apply_async(twice, 1);
    EXPECT_TRUE(behind.cancel());
  }
  const std::vector<TraceLine> recalls = of_category(lines(), "recall");
  ASSERT_EQ(recalls.size(), 1U);
  EXPECT_EQ(recalls[0].field("name"), "recalled 1 item");
}

// Every way in which an answer travels takes another one when it is timed.
TEST_F(Trace, ChangesNoAnswer) {
  {
    Pool pool(traced(2));
    EXPECT_EQ(pool.map(twice, numbers_to(10'000)).back(), 19'998);
    EXPECT_EQ(pool.map(text_of, std::vector<std::vector<int>>{{}, {1}, std::vector<int>(2000)})[2].size(), 2'000'000U);
    pool.map([](int) {}, numbers_to(100));
    const auto outcomes = pool.try_map(refuse_two, numbers_to(4));
    EXPECT_TRUE(outcomes[3] && !outcomes[2]);
    EXPECT_EQ(outcomes[2].error_as<std::runtime_error>()->what(), std::string("two"));
    EXPECT_THROW(pool.with({.timeout = 20ms}).apply([] { ::pause(); }), DeadlineExceeded);
    auto endless = begin_endless(pool);
    EXPECT_TRUE(endless.cancel(Running::kill));
    EXPECT_EQ(pool.apply(twice, 4), 8);
    pool.close();
    pool.join();
  }
  const std::vector<TraceLine> all = lines();
  EXPECT_EQ(of_category(all, "item").size(), 10'000U + 3 + 100 + 4 + 1);
  EXPECT_EQ(of_category(all, "lost").size(), 2U);
}

TEST_F(Trace, WhatRanWhenThePoolEndedIsInIt) {
  {
    Pool pool(traced(1));
    auto endless = begin_endless(pool);
  }
  const std::vector<TraceLine> lost = of_category(lines(), "lost");
  ASSERT_EQ(lost.size(), 1U);
  EXPECT_EQ(lost[0].field("ended"), "by the end of the pool");
}

TEST_F(Trace, OfAPoolThatForksItsWorkersItselfIsTheSame) {
  {
    Pool pool({.processes = 2, .start_method = StartMethod::fork, .trace = path_});
    pool.map(twice, numbers_to(10), 1);
  }
  EXPECT_EQ(of_category(lines(), "item").size(), 10U);
}

TEST_F(Trace, ADelayedCallHasTheNameThatItWasGiven) {
  {
    Pool pool(traced(1));
    const auto named = pool.delayed(twice)(1).name("a \"name\" of its own");
    EXPECT_EQ(pool.delayed(twice)(named).compute(), 4);
  }
  std::vector<std::string> functions;
  for (const TraceLine& line : of_category(lines(), "call")) {
    if (line.field("ph") == "b") functions.push_back(line.text);
  }
  ASSERT_EQ(functions.size(), 2U);
  EXPECT_NE(functions[0].find(R"("function":"a \"name\" of its own")"), std::string::npos) << functions[0];
  EXPECT_EQ(functions[1].find("of its own"), std::string::npos) << functions[1];
}

}  // namespace
}  // namespace multiprocessing::tests::trace_test
