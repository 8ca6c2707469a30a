// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <regex>
#include <string>

#include "made_up_results.hpp"
#include "verdict.hpp"

// What the comparison says beside its figures.
namespace multiprocessing::tests::compare_text_test {
namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST(CompareCitation, NamesVersionsMachineDateAndCommandAndTheCommitWhereItIsKnown) {
  MadeUpResults all = whole_run();
  EXPECT_EQ(compare::citation(all.results()),
            "multiprocessing 1.2.3, tools/compare, 2026-11-30 12:00:00 +0000\n"
            "A processor, 4 of 8 CPUs; Linux 6.1; GNU 12, Release\n"
            "tools/compare");

  all.results().commit = "abc123";
  EXPECT_TRUE(has(compare::citation(all.results()), "multiprocessing 1.2.3 (commit abc123), "));
}

// What a picture shows is another in each run: under it stands how to read it.
TEST(CompareText, UnderAPictureNamesNoOutcome) {
  const std::regex outcome(
      R"((rises?|falls?|flat|slower|slow down|faster than|can be faster|longer than|costs nothing|hardly)\b)"
      R"(|(about the same|do not differ|looks large|needs? more|takes? less)\b)");
  for (const compare::Section& section : compare::sections()) {
    for (const compare::Chart& chart : section.charts) {
      std::smatch found;
      EXPECT_FALSE(std::regex_search(chart.how_to_read, found, outcome)) << section.name << ": " << found.str();
    }
  }
}

TEST(CompareText, BeginsWithTheBreakEvenCurve) {
  EXPECT_EQ(compare::sections().front().name, "break_even");
  EXPECT_EQ(compare::sections().front().charts.front().name, "speed_up");
}

TEST(CompareText, ATimeIsInMicrosecondsAsTheyAreWritten) {
  const std::regex us(R"(\bus\b)");
  for (const compare::Section& section : compare::sections()) {
    for (const compare::Chart& chart : section.charts) {
      for (const std::string& text : {chart.unit, chart.x_label, chart.title, chart.how_to_read}) {
        EXPECT_FALSE(std::regex_search(text, us)) << text;
      }
    }
  }
}

}  // namespace
}  // namespace multiprocessing::tests::compare_text_test
