// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <regex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tools/run_demo.hpp"

namespace multiprocessing::tests::demos_isolation_test {
namespace {

// The first line that matches, with what its groups hold; empty if none does.
std::vector<std::string> find_line(const std::string& text, const std::string& pattern) {
  std::smatch match;
  if (!std::regex_search(text, match, std::regex("(?:^|\n)" + pattern + "(?=\n)"))) return {};
  return {match.begin() + 1, match.end()};
}

TEST(DemoIsolation, AProcessChangesItsOwnValuesAtTheSameAddresses) {
  const ChildResult result = run_demo("isolation");

  struct Row {
    std::string who;
    std::vector<std::string> values;
  };
  const std::vector<Row> rows = {{"before", {"1", "1", "1"}},
                                 {"in the process", {"2", "2", "2"}},
                                 {"after the process", {"1", "1", "2"}},
                                 {"in the thread", {"2", "2", "3"}},
                                 {"after the thread", {"2", "2", "3"}}};
  std::set<std::vector<std::string>> addresses;
  for (const Row& row : rows) {
    const std::string cell = " +([0-9]) at (0x[0-9a-f]+)";
    const std::vector<std::string> found = find_line(result.standard_output, "  " + row.who + cell + cell + cell);
    ASSERT_EQ(found.size(), 6U) << row.who << result;
    EXPECT_EQ((std::vector{found[0], found[2], found[4]}), row.values) << row.who << result;
    addresses.insert({found[1], found[3], found[5]});
  }
  EXPECT_EQ(addresses.size(), 1U) << result;
}

TEST(DemoCopyOnWrite, OnlyWhatIsWrittenIsCopied) {
  const ChildResult result = run_demo("copy-on-write");

  struct Row {
    std::string what;
    double parent, child, together;  // in arrays of 128 MiB
  };
  const std::vector<Row> rows = {{"before the fork", 1, 0, 1},
                                 {"the fork", 0, 0, 1},
                                 {"child reads all", 0, 0, 1},
                                 {"child writes the first half", 0.5, 0.5, 1.5},
                                 {"child writes it once more", 0.5, 0.5, 1.5},
                                 {"parent writes the other", 1, 1, 2}};
  for (const Row& row : rows) {
    const std::string number = " +([0-9.]+)";
    const auto found = find_line(result.standard_output, "  " + row.what + number + number + number + number);
    ASSERT_EQ(found.size(), 4U) << row.what << result;
    EXPECT_NEAR(std::stod(found[0]) / 128, row.parent, 0.15) << row.what << result;
    EXPECT_NEAR(std::stod(found[1]) / 128, row.child, 0.15) << row.what << result;
    EXPECT_NEAR(std::stod(found[2]) / 128, row.together, 0.15) << row.what << result;
  }
}

std::vector<std::string> right_and_lost(const std::string& text) {
  return find_line(text, "Processes: .*Right answers: ([0-9]+)\\. Lost: ([0-9]+)\\.");
}

TEST(DemoCrash, ThreadsLoseTheProgramAndProcessesOneItem) {
  const ChildResult result = run_demo("crash");

  EXPECT_EQ(result.exit_code, 0) << result;
  EXPECT_EQ(right_and_lost(result.standard_output), (std::vector<std::string>{"999", "1"})) << result;
  EXPECT_FALSE(find_line(result.standard_output, "worker ([0-3]) .* at item 500, .*").empty()) << result;
  if (patience > 1) GTEST_SKIP() << "a sanitizer ends a program before the kernel does";
  EXPECT_EQ(count_of(result.standard_output, " is gone: exit code -11 (-N: signal N)."), 1U) << result;
  EXPECT_EQ(count_of(result.standard_output, " ended with signal 11 "), 1U) << result;
  EXPECT_EQ(count_of(result.standard_output, "\ncrashed at address 0x0, in "), 1U) << result;
}

TEST(DemoCrash, APoisonousWorkerIsFoundOutButNotWhatItDidToSharedMemory) {
  if (patience > 1) GTEST_SKIP() << "a sanitizer's shadow memory is too large to be overwritten";
  const ChildResult result = run_demo("crash", {"--poison"});

  EXPECT_EQ(result.exit_code, 0) << result;
  EXPECT_EQ(result.standard_error, "");
  const auto counts = right_and_lost(result.standard_output);
  ASSERT_EQ(counts.size(), 2U) << result;
  EXPECT_GE(std::stoi(counts[1]), 1) << result;
  EXPECT_EQ(std::stoi(counts[0]) + std::stoi(counts[1]), 1000) << result;
  EXPECT_EQ(count_of(result.standard_output, "its channel was overwritten"), 1U) << result;
  EXPECT_EQ(count_of(result.standard_output, "42 before, is 6148914691236517205 now"), 1U) << result;
}

std::string lost_updates(const std::string& text, const std::string& how) {
  const auto found = find_line(text, "  " + how + " +2 x +([0-9]+) = +([0-9]+) +lost: ([0-9]+)");
  if (found.empty()) return "none is named";
  EXPECT_EQ(2 * std::stol(found[0]) - std::stol(found[1]), std::stol(found[2])) << how;
  return found[2];
}

TEST(DemoRace, CountsLostUpdates) {
  const ChildResult result = run_demo("race");

  EXPECT_EQ(lost_updates(result.standard_output, "in slow motion"), "100") << result;
  EXPECT_NE(lost_updates(result.standard_output, "at full speed"), "none is named") << result;
  EXPECT_EQ(lost_updates(result.standard_output, "with a lock"), "0") << result;
  EXPECT_EQ(lost_updates(result.standard_output, "atomically"), "0") << result;
}

TEST(DemoRace, TheLockOfADeadHolderIsHandedOnWithAWarning) {
  const ChildResult result = run_demo("race");

  EXPECT_EQ(result.exit_code, 0) << result;
  EXPECT_EQ(count_of(result.standard_output, "to look (abandoned()), and finds 40 + 50."), 1U) << result;
}

std::set<std::string> drawn_from(const std::string& text, const std::string& generator) {
  const auto found = find_line(text, "  " + generator + " +([0-9]+) +([0-9]+) +([0-9]+) +([0-9]+)");
  return {found.begin(), found.end()};
}

TEST(DemoInherited, EveryWorkerDrawsTheSameFromACopiedGenerator) {
  const ChildResult result = run_demo("inherited");

  EXPECT_EQ(drawn_from(result.standard_output, "a global std::mt19937_64\\(42\\):").size(), 1U) << result;
  EXPECT_EQ(drawn_from(result.standard_output, "mp::random_stream\\(42\\), by item:").size(), 4U) << result;
}

TEST(DemoInherited, TextThatWaitsIsPrintedTwice) {
  const std::string in_a_pipe = run_demo("inherited").standard_output;
  const std::string on_a_terminal = run_demo_on_terminal("inherited").standard_output;

  for (const std::string& text : {in_a_pipe, on_a_terminal}) {
    EXPECT_EQ(count_of(text, "naive: Hello!"), 2U) << text;
    EXPECT_EQ(count_of(text, "flushed before the fork: Hello!"), 1U) << text;
    EXPECT_EQ(count_of(text, "mp::Process, which flushes: Hello!"), 1U) << text;
    EXPECT_EQ(count_of(text, "Hello!"), 4U) << text;
  }
}

TEST(DemoInherited, TheFilePositionMovesUnderTheParent) {
  const ChildResult result = run_demo("inherited");

  EXPECT_EQ(count_of(result.standard_output, "read():  the parent was at 0, and is at 4 now\n"), 1U) << result;
  EXPECT_EQ(count_of(result.standard_output, "pread(): the parent is at 4 still"), 1U) << result;
}

TEST(DemoDeadlock, WhoIsForkedWhileTheLockIsHeldHangs) {
  const ChildResult result = run_demo("deadlock");

  const std::vector<std::pair<std::string, std::string>> rows = {
      {"A child that is forked while the lock is free", "answers"},
      {"A child that is forked now", "hangs"},
      {"A pool that was made before", "answers"},
      {"The same, its worker killed, replaced by the fork server", "answers"},
      {"The same without a server \\(StartMethod::fork\\)", "hangs"},
      {"A pool that is made now", "hangs"}};
  for (const auto& [who, how] : rows) {
    EXPECT_EQ(find_line(result.standard_output, "  " + who + ": +(answers|hangs)"), std::vector{how}) << who << result;
  }
}

TEST(DemoSpawn, WhereAForkedWorkerMissesAThreadASpawnedOneAnswers) {
  const std::string text = run_demo("spawn").standard_output;

  for (const char* const what : {"it logged: its logger has a thread", "it holds a lock that the task needs"}) {
    EXPECT_EQ(find_line(text, std::string("  ") + what + " +(hangs|answers) +(hangs|answers)"),
              (std::vector<std::string>{"hangs", "answers"}))
        << text;
  }
  EXPECT_EQ(find_line(text, "  it ran a loop with OpenMP, as does the task +(?:hangs|answers) +(hangs|answers)"),
            std::vector<std::string>{"answers"})
      << text;
  EXPECT_EQ(find_line(text, "  it set the global day to 7 +knows (.) +knows (.)"), (std::vector<std::string>{"7", "0"}))
      << text;
}

}  // namespace
}  // namespace multiprocessing::tests::demos_isolation_test
