// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "made_up_results.hpp"
#include "support/deadline.hpp"
#include "table.hpp"
#include "verdict.hpp"
#include "verdict_holder.hpp"

// The comparison's verdict on made-up results: verdict_holder.hpp holds each sentence against its rows.
namespace multiprocessing::tests::compare_verdict_test {
namespace {

constexpr double gibibyte = 1 << 30;
constexpr const char* one_by_one = "Pool, chunksize 1";

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::vector<std::string> texts_of(const compare::Verdict& verdict) {
  std::vector<std::string> texts;
  for (const compare::Sentence& each : verdict.sentences) texts.push_back(each.text);
  return texts;
}

std::string joined(const compare::Verdict& verdict) {
  std::string text;
  for (const compare::Sentence& each : verdict.sentences) text += each.text + "\n";
  return text;
}

TEST(CompareVerdict, OfAQuietMachineIsMadeOfItsRows) {
  compare::Results results = whole_run().results();

  hold_verdict(results);
  const compare::Verdict verdict = compare::verdict(results);
  EXPECT_EQ(verdict.warning, "");
  EXPECT_EQ(verdict.ranges, "The ranges are 95 % intervals.");
  EXPECT_EQ(
      texts_of(verdict),
      (std::vector<std::string>{
          "Starting a process costs 5.4 threads here, 4.9 to 6.0.",
          "A thread is started and joined in 13 µs (12 to 13 µs); a process is forked and waited for in 68 µs (62 to "
          "75 µs).",
          "In a program that holds 1 GiB a process is forked and waited for in 6.5 ms (6.0 to 7.0 ms).",
          "An empty task is answered after 9.8 µs (8.8 to 11 µs) by a ThreadPool and after 610 ns (550 to 670 ns) by a "
          "Pool.",
          "The same Queue there and back takes 400 ns (360 to 440 ns) between two threads and 500 ns (450 to 550 ns) "
          "between two processes.",
          "Tasks of 1 µs are slower in a Pool, sent one by one, than in a loop: their speed-up is 0.70 (0.63 to 0.77).",
          "Tasks of 10 µs are faster in a Pool, sent one by one, than in a loop: their speed-up is 2.5 (2.3 to 2.8).",
          "Tasks of 1 ms, the longest that were measured, have a speed-up of 3.9 (3.5 to 4.3) in a Pool with a worker "
          "for each CPU.",
          "A payload of 4 KiB takes 5.1 µs (4.6 to 5.6 µs) there and back by value, and 1.0 µs (900 ns to 1.1 µs) in "
          "place, in an Array.",
          "A payload of 1 MiB takes 1.0 ms (940 µs to 1.2 ms) there and back by value, and 400 µs (360 to 440 µs) "
          "inherited, by fork_map, which only brings it in.",
          "Code behind one lock has a speed-up of 3.8 (3.4 to 4.2) in processes and of 0.078 (0.070 to 0.086) in "
          "threads.",
          "Code that allocates has a speed-up of 3.8 (3.4 to 4.2) in processes and of 0.078 (0.070 to 0.086) in "
          "threads.",
          "Code with iostreams has a speed-up of 3.8 (3.4 to 4.2) in processes and of 0.078 (0.070 to 0.086) in "
          "threads.",
          "Code that copies one shared_ptr has a speed-up of 3.8 (3.4 to 4.2) in processes and of 0.078 (0.070 to "
          "0.086) in threads.",
          "After a null pointer in one of 1,000 items, 999 (999 to 999) have a result in a Pool and 0 (0 to 0) in a "
          "ThreadPool."}));
}

TEST(CompareVerdict, SaysNothingOfRowsThatAreMissing) {
  EXPECT_TRUE(compare::verdict(compare::Results()).sentences.empty());
  EXPECT_EQ(compare::verdict(compare::Results()).warning, "");
  MadeUpResults all;
  all.add("startup", "ratio", "fork", 0, 5.4, 4.9, 6.0);
  all.add("round_trip", "wall", "Pool", 0, 0.6);

  hold_verdict(all.results());
  EXPECT_EQ(texts_of(compare::verdict(all.results())),
            std::vector<std::string>{"Starting a process costs 5.4 threads here, 4.9 to 6.0."});
}

TEST(CompareVerdict, NoSentenceUsesARowThatIsTooWide) {
  MadeUpResults all = whole_run();
  all.row("startup", "parent", "thread").estimate = {
      .value = 54.3, .interval = std::pair(12.6, 82.5), .launches = 6, .samples = 60, .is_wide = true};

  hold_verdict(all.results());
  const compare::Verdict verdict = compare::verdict(all.results());
  EXPECT_FALSE(has(joined(verdict), "54")) << joined(verdict);
  EXPECT_FALSE(has(joined(verdict), "A thread is started")) << joined(verdict);
  EXPECT_TRUE(has(joined(verdict), "Starting a process costs 5.4"));
  EXPECT_TRUE(has(verdict.ranges, "No sentence uses a row that is marked as too wide"));
}

TEST(CompareVerdict, WhereAllRowsAreTooWideItIsThat) {
  MadeUpResults all = whole_run();
  for (compare::SectionResult& section : all.results().sections) {
    for (compare::Figure& each : section.figures) each.estimate.is_wide = true;
  }

  const compare::Verdict verdict = compare::verdict(all.results());
  EXPECT_TRUE(verdict.sentences.empty());
  EXPECT_TRUE(has(verdict.warning, "vary too much here to be cited. Measure again on a quiet machine: tools/compare"));
}

TEST(CompareVerdict, OfABusyMachineIsThatAndWhatToDo) {
  MadeUpResults all = whole_run();
  for (const compare::SectionResult& each : all.results().sections) all.make_busy(each.section->name, 0.4);

  hold_verdict(all.results());
  const compare::Verdict verdict = compare::verdict(all.results());
  EXPECT_TRUE(verdict.sentences.empty());
  EXPECT_TRUE(has(verdict.warning, "The machine was too busy: other programs had up to 40 % of the CPUs' time."));
  EXPECT_TRUE(has(verdict.warning, "and measure again: tools/compare")) << verdict.warning;
}

TEST(CompareVerdict, AWarningComesFirstAndInColour) {
  MadeUpResults all = whole_run();
  all.make_busy("startup", 0.4);
  std::ostringstream coloured;
  std::ostringstream plain;

  compare::print(coloured, all.results(), true);
  compare::print(plain, all.results(), false);

  const std::size_t warning = coloured.str().find("\033[1;33mThe machine was too busy");
  EXPECT_LT(warning, coloured.str().find("An empty task is answered"));
  EXPECT_FALSE(has(plain.str(), "\033"));
  EXPECT_TRUE(has(plain.str(), "The machine was too busy"));
}

TEST(CompareVerdict, TheAnswerToMineComesBeforeIt) {
  MadeUpResults all = whole_run();
  all.results().answer = "Your job\n";
  std::ostringstream text;

  compare::print(text, all.results(), false);

  EXPECT_TRUE(text.str().starts_with("Your job\n")) << text.str();
}

TEST(CompareVerdict, OfASectionThatWasDisturbedNothingIsSaidAndTheOthersAreTold) {
  MadeUpResults all = whole_run();
  all.make_busy("startup", 0.4);

  hold_verdict(all.results());
  const compare::Verdict verdict = compare::verdict(all.results());
  EXPECT_TRUE(has(verdict.warning, "40 % of the CPUs' time during startup. Do not use")) << verdict.warning;
  EXPECT_TRUE(verdict.warning.ends_with("measure again: tools/compare startup")) << verdict.warning;
  EXPECT_FALSE(has(joined(verdict), "Starting a process"));
  EXPECT_TRUE(has(joined(verdict), "Tasks of 10 µs"));
}

TEST(CompareVerdict, OfOneCpuNamesTheLongestTaskThatWasMeasured) {
  MadeUpResults all;
  all.results().machine.cpus = 1;
  for (const double length : {1, 1000}) all.add("break_even", "speed_up", one_by_one, length, 0.5);

  hold_verdict(all.results());
  EXPECT_EQ(
      joined(compare::verdict(all.results())),
      "Tasks of 1 ms, the longest that were measured, are slower in a Pool, sent one by one, than in a loop: their "
      "speed-up is 0.50 (0.45 to 0.55).\n");
}

TEST(CompareVerdict, APoolThatBreaksEvenBelowTheFirstLengthIsSaidOfThatLength) {
  MadeUpResults all;
  for (const double length : {0.01, 1000.0}) all.add("break_even", "speed_up", one_by_one, length, 2);

  hold_verdict(all.results());
  const std::string text = joined(compare::verdict(all.results()));
  EXPECT_TRUE(has(text, "Tasks of 10 ns, the shortest that were measured, are faster in a Pool")) << text;
  EXPECT_FALSE(has(text, "slower")) << text;
}

TEST(CompareVerdict, ALengthThatCannotBeToldFromALoopIsNeitherFasterNorSlower) {
  MadeUpResults all;
  for (const double length : {1, 10}) all.add("break_even", "speed_up", one_by_one, length, 1);

  EXPECT_EQ(joined(compare::verdict(all.results())), "");
}

TEST(CompareVerdict, AnswersWhicheverOfThreadsAndProcessesIsSlower) {
  for (const double processes : {0.5, 3.0}) {
    MadeUpResults all;
    all.add("contention", "speed_up", "one lock: threads", 0, 1.5);
    all.add("contention", "speed_up", "one lock: processes", 0, processes);
    all.add("startup", "ratio", "fork", 0, processes);

    hold_verdict(all.results());
    EXPECT_EQ(compare::verdict(all.results()).sentences.size(), 2U);
  }
}

TEST(CompareVerdict, OfOneLaunchHasTheMiddleHalfOfTheSamplesAndSaysSo) {
  MadeUpResults all = whole_run();
  all.make_quick();
  all.row("startup", "ratio", "fork").estimate.samples = 3;  // which have no middle half

  hold_verdict(all.results());
  const compare::Verdict verdict = compare::verdict(all.results());
  EXPECT_TRUE(has(verdict.ranges, "The ranges hold the middle half of the samples")) << verdict.ranges;
  EXPECT_TRUE(has(joined(verdict), "A thread is started and joined in 13 µs (12 to 13 µs)"));
  EXPECT_FALSE(has(joined(verdict), "costs 5.4 threads"));
}

TEST(CompareVerdict, AFigureWithoutAnIntervalAmongThoseThatHaveOneIsNotCited) {
  MadeUpResults all = whole_run();
  all.row("startup", "ratio", "fork").estimate.interval.reset();

  EXPECT_FALSE(has(joined(compare::verdict(all.results())), "costs 5.4 threads"));
}

TEST(CompareVerdict, OfAnyResultsHoldsAgainstTheirRows) {
  std::mt19937 random(16);
  std::uniform_real_distribution<double> part(0, 1);
  for (int i = 0; i != 2000 / patience; ++i) {
    MadeUpResults all = whole_run();
    if (i % 4 == 0) all.make_quick();
    for (compare::SectionResult& section : all.results().sections) {
      if (part(random) < 0.1) section.launches.front().bystanders = part(random);
      std::erase_if(section.figures, [&](const compare::Figure&) { return part(random) < 0.1; });
      if (section.section->name == "crash") continue;
      for (compare::Figure& each : section.figures) {
        const double factor = std::exp(8 * part(random) - 4);
        each.estimate.value *= factor;
        each.estimate.quartiles = {each.estimate.value * (1 - 0.3 * part(random)),
                                   each.estimate.value * (1 + 0.3 * part(random))};
        if (each.estimate.interval) each.estimate.interval = each.estimate.quartiles;
        each.estimate.is_wide = part(random) < 0.1;
      }
    }
    hold_verdict(all.results());
    if (testing::Test::HasFailure()) break;
  }
}

}  // namespace
}  // namespace multiprocessing::tests::compare_verdict_test
