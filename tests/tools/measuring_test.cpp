// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <numeric>
#include <stdexcept>
#include <string>
#include <vector>

#include "command_line.hpp"
#include "filter.hpp"
#include "in_turn.hpp"

namespace multiprocessing::tests::measuring_test {
namespace {

using Words = std::vector<std::string>;

TEST(MeasuringSamples, TheMedianIsTheMiddleOrHalfwayBetweenTheTwoInTheMiddle) {
  EXPECT_EQ(measuring::median({5}), 5);
  EXPECT_EQ(measuring::median({5, 1}), 3);
  EXPECT_EQ(measuring::median({9, 1, 5}), 5);
  EXPECT_EQ(measuring::median({4, 1, 100, 2}), 3);
}

TEST(MeasuringSamples, AQuantileIsTheValueOfTheNearestRank) {
  std::vector<double> ranks(101);
  std::iota(ranks.rbegin(), ranks.rend(), 1.0);
  EXPECT_EQ(measuring::quantile({7}, 0.25), 7);
  EXPECT_EQ(measuring::quantile({5, 3, 1, 4, 2}, 0), 1);
  EXPECT_EQ(measuring::quantile({5, 3, 1, 4, 2}, 0.25), 2);
  EXPECT_EQ(measuring::quantile({5, 3, 1, 4, 2}, 1), 5);
  EXPECT_EQ(measuring::quantile(ranks, 0.9), 91);
}

TEST(MeasuringSamples, TheSpreadIsThatOfTheMiddleHalf) {
  EXPECT_EQ(measuring::spread({1, 75, 100, 125, 9000}, 100), 0.5);
  EXPECT_EQ(measuring::spread({1, 75, 100, 125, 9000}, -100), 0.5);
  EXPECT_EQ(measuring::spread({0, 0, 0}, 0), 0);
}

// The samples count the calls: each contender's first is the cold one.
TEST(MeasuringInTurn, EachContenderHasItsTurnInEachRound) {
  double calls = 0;
  const measuring::Sampler count = [&] { return ++calls; };

  const auto taken = measuring::in_turn({count, count}, {.least_samples = 3, .most_samples = 3});

  ASSERT_EQ(taken.size(), 2U);
  EXPECT_EQ(taken[0].cold, 1);
  EXPECT_EQ(taken[1].cold, 2);
  EXPECT_EQ(taken[0].samples, (std::vector<double>{3, 5, 7}));
  EXPECT_EQ(taken[1].samples, (std::vector<double>{4, 6, 8}));
}

TEST(MeasuringInTurn, TimeAddsSamplesUpToTheMost) {
  const measuring::Sampler one = [] { return 1.0; };

  EXPECT_EQ(measuring::in_turn({one}, {.least_samples = 2})[0].samples.size(), 2U);
  EXPECT_EQ(measuring::in_turn({one}, {.time = std::chrono::hours(1), .most_samples = 9})[0].samples.size(), 9U);
}

// What a program took of its command line, one word for each thing.
Words taken(const Words& arguments) {
  Words words;
  const auto note = [&](const std::string& what) {
    return [&words, what](const std::string& text) { words.push_back(what + text); };
  };
  measuring::parse(arguments,
                   {{"--quick", "", "", note("quick")},
                    {"--file", "FILE", "", note("file "), true},
                    {"--number", "N", "", [&](const std::string& text) { measuring::whole_number(text, 1, 9); }},
                    {"--help", "", "", note("help")}},
                   note("other "));
  return words;
}

std::string refusal_of(const Words& arguments) {
  try {
    taken(arguments);
  } catch (const measuring::UsageError& error) {
    return error.what();
  }
  return "taken";
}

TEST(MeasuringCommandLine, ValuesFollowTheirOptionOrAnEqualsSign) {
  EXPECT_EQ(taken({"a", "--file", "b", "--quick", "--file=c=d", "e"}),
            (Words{"other a", "file b", "quick", "file c=d", "other e"}));
  EXPECT_EQ(taken({"-h", "--help"}), (Words{"help", "help"}));
  EXPECT_EQ(refusal_of({"--number", "9"}), "taken");
}

TEST(MeasuringCommandLine, WhatIsWrongIsSaidWithTheOption) {
  EXPECT_EQ(refusal_of({"--qick"}), "'--qick': there is no such option; see --help");
  EXPECT_EQ(refusal_of({"--quick=yes"}), "--quick: takes no value; see --help");
  EXPECT_EQ(refusal_of({"--file"}), "--file: needs a value; see --help");
  EXPECT_EQ(refusal_of({"--file", "--quick"}), "--file: needs a value; see --help");
  EXPECT_EQ(refusal_of({"--file", ""}), "--file: its value is empty; see --help");
  EXPECT_EQ(refusal_of({"--number", "1", "--number=1"}), "--number: was given twice; see --help");
  EXPECT_EQ(refusal_of({"--number", "two"}), "--number: 'two' is not a whole number");
  EXPECT_EQ(refusal_of({"--number", "2.5"}), "--number: '2.5' is not a whole number");
  EXPECT_EQ(refusal_of({"--number", "-1"}), "--number: -1 is out of range: 1 to 9");
  EXPECT_EQ(refusal_of({"--number=99999999999999999999"}), "--number: 99999999999999999999 is out of range: 1 to 9");
}

TEST(MeasuringCommandLine, HelpIsInColumns) {
  EXPECT_EQ(measuring::help_lines({{"--file", "FILE", "to read", {}}, {"--help", "", "this text", {}}}),
            "  --file FILE  to read\n  --help       this text\n");
}

std::string failure_of(const Words& command) {
  try {
    measuring::run_filter(command, "", std::chrono::seconds(60));
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return "none";
}

TEST(MeasuringFilter, AProgramReadsItsInputAndSaysWhyItFails) {
  const std::string text(100'000, 'x');  // more than a pipe holds
  EXPECT_EQ(measuring::run_filter({"cat"}, text, std::chrono::seconds(60)), text);
  EXPECT_EQ(failure_of({"/nonexistent"}), "/nonexistent: cannot be run: No such file or directory");
  EXPECT_EQ(failure_of({"sh", "-c", "echo first >&2; echo last >&2; exit 3"}), "sh: last");
  EXPECT_EQ(failure_of({"sh", "-c", "exit 3"}), "sh: its process ended with exit code 3");
}

}  // namespace
}  // namespace multiprocessing::tests::measuring_test
