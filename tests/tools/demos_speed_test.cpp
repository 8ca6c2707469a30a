// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <sched.h>

#include <algorithm>
#include <cstdlib>
#include <set>
#include <string>
#include <vector>

#include "tools/run_demo.hpp"

// What the demonstrations about speed teach; what holds for every demonstration is in demos_test.cpp.
namespace multiprocessing::tests::demos_speed_test {
namespace {

std::vector<std::string> first_groups(const std::string& text, const std::string& pattern) {
  std::vector<std::string> all;
  for (const std::vector<std::string>& groups : all_matches(text, pattern)) all.push_back(groups.at(0));
  return all;
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// The number of workers that a program takes which this test starts, unless it says how many it wants.
class UsableCpus {
 public:
  explicit UsableCpus(const char* count) { ::setenv("MULTIPROCESSING_CPU_COUNT", count, 1); }
  UsableCpus(const UsableCpus&) = delete;
  UsableCpus& operator=(const UsableCpus&) = delete;
  ~UsableCpus() { ::unsetenv("MULTIPROCESSING_CPU_COUNT"); }
};

// The program is the parent, and does thing two itself; thing one is done by a child of it, or, without a fork, by it.
TEST(DemoFork, ThingOneIsDoneByAChildAndThingTwoByItsParent) {
  const ChildResult result = run_demo("fork");

  const std::string program = all_matches(result.standard_output, "This is process ([0-9]+)").at(0).at(0);
  const auto things = all_matches(result.standard_output, "thing (one|two): process ([0-9]+), child of ([0-9]+)");
  ASSERT_EQ(things.size(), 6U) << result;
  std::set<std::string> children;
  for (std::size_t i = 0; i < things.size(); ++i) {
    const std::vector<std::string>& thing = things[i];
    const bool forked = thing[0] == "one" && i < 4;
    EXPECT_EQ(thing[1] != program, forked) << result;
    EXPECT_EQ(thing[2] == program, forked) << result;
    if (forked) children.insert(thing[1]);
  }
  EXPECT_EQ(children.size(), 2U) << result;
}

TEST(DemoSleeping, AllNapsAreAnsweredInOrderAndTheProgramWasFreeMeanwhile) {
  const ChildResult result = run_demo("sleeping");

  EXPECT_GE(count_of(result.standard_output, "ready()? No."), 1U) << result;
  EXPECT_EQ(count_of(result.standard_output, "24 answers, in the order of the questions: 1 to 24."), 1U) << result;
}

// Each job with its two times, and where a worker's time went.
TEST(DemoMap, MeasuresTwoJobsInALoopAndInAPool) {
  const ChildResult result = run_demo("map");

  const std::string& text = result.standard_output;
  const auto loops = all_matches(text, "loop: ([0-9.]+) ms, ([0-9.]+) ns an item");
  const auto pools = all_matches(text, "pool: ([0-9.]+) ms, ([0-9.]+) ns an item; workers: ([0-9]+)");
  const std::string stats = "worker was [0-9.]+ ms starting, [0-9.]+ ms waiting, ([0-9.]+) ms working";
  ASSERT_EQ(loops.size(), 2U) << result;
  ASSERT_EQ(pools.size(), 2U) << result;
  ASSERT_EQ(all_matches(text, stats).size(), 2U) << result;
  EXPECT_NEAR(std::stod(loops[1][0]) * 1e6, std::stod(loops[1][1]) * 300, 1e5) << result;
  EXPECT_GT(std::stod(all_matches(text, stats)[1][0]), 0) << result;
}

TEST(DemoMap, OneWorkerIsSaidToBeNoFaster) {
  const UsableCpus one("1");
  const ChildResult result = run_demo("map");

  EXPECT_EQ(count_of(result.standard_output, "workers: 1\n"), 2U) << result;
  EXPECT_TRUE(has(result.standard_output, "it cannot be faster.")) << result;
}

TEST(DemoStartup, ShowsThePriceOfOneOfTheRightNumberAndOfFarTooMany) {
  for (const auto& [usable, rows] :
       std::vector<std::pair<const char*, std::vector<std::string>>>{{"1", {"1", "64"}},
                                                                     {"3", {"1", "2", "3", "64"}},
                                                                     {"4", {"1", "2", "4", "64"}},
                                                                     {"20", {"1", "2", "4", "8", "16", "20", "80"}}}) {
    const UsableCpus cpus(usable);
    const ChildResult result = run_demo("startup");

    EXPECT_EQ(result.exit_code, 0) << result;
    EXPECT_EQ(first_groups(result.standard_output, "\n +([0-9]+) +[0-9.]+ +[0-9.]+ +[0-9.]+ +[0-9.]+(?=\n)"), rows)
        << result;
    EXPECT_TRUE(has(result.standard_output, rows.back() + " workers took ")) << result;
  }
}

// A bar for each size; its length is its time, and the shortest is marked.
void expect_curve(const std::vector<std::vector<std::string>>& bars) {
  std::vector<std::string> sizes;
  double longest = 0, shortest = 1e9, marked = 0;
  for (const std::vector<std::string>& bar : bars) {
    sizes.push_back(bar[0]);
    longest = std::max(longest, std::stod(bar[1]));
    shortest = std::min(shortest, std::stod(bar[1]));
    if (!bar[3].empty()) marked = std::stod(bar[1]);
  }
  EXPECT_EQ(sizes, (std::vector<std::string>{"1", "10", "100", "1000", "10000", "100000"}));
  EXPECT_EQ(marked, shortest);
  for (const std::vector<std::string>& bar : bars) {
    EXPECT_NEAR(static_cast<double>(bar[2].size()), 48 * std::stod(bar[1]) / longest, 1.0 + 0.1 / longest) << bar[0];
  }
}

TEST(DemoChunksize, DrawsTwoCurvesAndMarksTheShortestOfEach) {
  const UsableCpus three("3");
  const ChildResult result = run_demo("chunksize");

  const std::string bar = "\n +([0-9]+) +([0-9.]+) s  (#+)(  <- shortest)?(?=\n)";
  const auto bars = all_matches(result.standard_output, bar);
  ASSERT_EQ(bars.size(), 12U) << result;
  expect_curve({bars.begin(), bars.begin() + 6});
  expect_curve({bars.begin() + 6, bars.end()});
}

// The darts are the same for any engine and any number of workers.
TEST(DemoPi, AllThrowTheSameDarts) {
  for (const char* workers : {"1", "3", "64"}) {
    const UsableCpus cpus(workers);
    const ChildResult result = run_demo("pi");

    EXPECT_EQ(result.exit_code, 0) << result;
    EXPECT_TRUE(has(result.standard_output, std::string("Workers: ") + workers + ".")) << result;
    const auto answers = all_matches(result.standard_output, "\n  (.*[a-z]) +pi = ([0-9.]+) ");
    std::vector<std::string> who;
    for (const std::vector<std::string>& answer : answers) {
      who.push_back(answer[0]);
      EXPECT_EQ(answer[1], "3.141329") << result;
    }
    EXPECT_EQ(who, (std::vector<std::string>{"serial", "processes", "threads", "threads, one lock",
                                             "processes, a lock each"}));
  }
}

std::string row(const ChildResult& result, const std::string& what) {
  const std::vector<std::string> values = first_groups(result.standard_output, "\n +([^ ].*)  " + what);
  EXPECT_EQ(values.size(), 1U) << result;
  return values.empty() ? "" : values.front();
}

TEST(DemoWorkers, ShowsWhatLimitsUsAndWhatThePoolTakes) {
  const ChildResult result = run_demo("workers");

  cpu_set_t allowed;
  ASSERT_EQ(::sched_getaffinity(0, sizeof allowed, &allowed), 0);
  EXPECT_EQ(row(result, "CPUs that we may run on"), std::to_string(CPU_COUNT(&allowed)));
  const std::string taken = row(result, "workers in a pool");
  EXPECT_EQ(taken, row(result, "mp::process_cpu_count"));
  if (std::getenv("MULTIPROCESSING_CPU_COUNT") == nullptr) {
    EXPECT_EQ(row(result, "MULTIPROCESSING_CPU_COUNT: overrides"), "not set");
    EXPECT_LE(std::stoi(taken), CPU_COUNT(&allowed)) << result;
  }
}

TEST(DemoWorkers, TheEnvironmentOverrides) {
  const UsableCpus three("3");
  const ChildResult result = run_demo("workers");

  EXPECT_EQ(row(result, "MULTIPROCESSING_CPU_COUNT: overrides"), "3");
  EXPECT_EQ(row(result, "workers in a pool"), "3");
  EXPECT_TRUE(has(result.standard_output, "\n24 tasks that compute")) << result;
  EXPECT_EQ(first_groups(result.standard_output, "\n  pool of ([0-9]+): "), (std::vector<std::string>{"1", "3", "12"}));
}

}  // namespace
}  // namespace multiprocessing::tests::demos_speed_test
