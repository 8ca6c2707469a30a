// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

#include <multiprocessing/process.hpp>

#include "bystanders.hpp"
#include "made_up_results.hpp"
#include "mine.hpp"
#include "options.hpp"
#include "support/deadline.hpp"
#include "ticks.hpp"
#include "units.hpp"
#include "verdict.hpp"

// What the comparison makes of its figures: sentences, and predictions.
namespace multiprocessing::tests::compare_sayings_test {
namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::string refusal_of(const std::string& job) {
  try {
    compare::parse_job(job);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "taken";
}

double seconds_of(const std::vector<compare::Prediction>& predictions, const std::string& way) {
  for (const compare::Prediction& each : predictions) {
    if (each.way == way) return each.seconds;
  }
  return -1;
}

TEST(CompareUnits, AreReadAndWritten) {
  EXPECT_DOUBLE_EQ(*compare::parse_time("200us"), 200e-6);
  EXPECT_DOUBLE_EQ(*compare::parse_time("1.5 ms"), 1.5e-3);
  EXPECT_DOUBLE_EQ(*compare::parse_time("200µs"), 200e-6);
  EXPECT_DOUBLE_EQ(*compare::parse_time("200 \u03bcs"), 200e-6);
  EXPECT_FALSE(compare::parse_time("200"));
  EXPECT_FALSE(compare::parse_time("-1s"));
  EXPECT_EQ(compare::parse_bytes("4KiB"), 4096);
  EXPECT_EQ(compare::parse_bytes("8MB"), 8e6);
  EXPECT_EQ(compare::parse_bytes("1TiB"), 0x1p40);
  EXPECT_EQ(compare::parse_bytes("2TB"), 2e12);
  EXPECT_EQ(compare::parse_bytes("100"), 100);
  EXPECT_FALSE(compare::parse_bytes("4 cows"));
  EXPECT_EQ(compare::parse_number("1e5"), 1e5);
  EXPECT_FALSE(compare::parse_number("1e5x"));
  EXPECT_EQ(compare::time_text(2.5e-3), "2.5 ms");
  EXPECT_EQ(compare::time_text(0), "0 ns");
  EXPECT_EQ(compare::bytes_text(1536), "1.5 KiB");
  EXPECT_EQ(compare::time_text(5e-6), "5 µs");
}

TEST(CompareUnits, AreCitedWithTwoDigits) {
  EXPECT_EQ(compare::short_text(1.2999), "1.3");
  EXPECT_EQ(compare::short_text(6), "6.0");
  EXPECT_EQ(compare::short_text(0.0783), "0.078");
  EXPECT_EQ(compare::short_text(123.4), "120");
  EXPECT_EQ(compare::short_text(9.96), "10");
  EXPECT_EQ(compare::short_text(0), "0");
  EXPECT_EQ(compare::short_time_text(68.4e-6), "68 µs");
  EXPECT_EQ(compare::short_time_text(996e-6), "1.0 ms");
  EXPECT_EQ(compare::short_time_text(-3e-9), "-3.0 ns");
}

TEST(CompareUnits, StandBesideAnAxis) {
  EXPECT_EQ(compare::tick_text("bytes", 1 << 20), "1 MiB");
  EXPECT_EQ(compare::tick_text("µs", 10), "10 µs");
  EXPECT_EQ(compare::tick_text("µs", 1e5), "100 ms");
  EXPECT_EQ(compare::tick_text("ns per task", 1000), "1 µs");
  EXPECT_EQ(compare::tick_text("speed-up", 0.5), "0.5");
  const std::string sizes = compare::logarithmic_axis('x', "bytes", 1, 1 << 28, 4);
  EXPECT_TRUE(has(sizes, "set xtics ('1 B' 1, '1 KiB' 1024, '1 MiB' 1048576)")) << sizes;
  const std::string more_sizes = compare::logarithmic_axis('x', "bytes", 1, 1 << 28, 8);
  EXPECT_TRUE(has(more_sizes, "'64 KiB' 65536, '1 MiB' 1048576, '16 MiB'")) << more_sizes;
  const std::string times = compare::logarithmic_axis('y', "µs", 0.01, 1000, 8);
  EXPECT_TRUE(has(times, "set ytics ('10 ns' 0.01")) << times;
  EXPECT_TRUE(has(times, "'1 ms' 1000)")) << times;
  const std::string near = compare::logarithmic_axis('y', "speed-up", 2.1, 8, 8);
  EXPECT_TRUE(has(near, "set ytics ('5' 5)")) << near;
}

TEST(CompareMine, AJobThatIsNotUnderstoodSaysWhichPart) {
  EXPECT_EQ(refusal_of("task=200us items=10"), "taken");
  EXPECT_TRUE(has(refusal_of("task=200 items=10"), "task=200 is not a time above 0 with its unit"));
  EXPECT_TRUE(has(refusal_of("task=0us items=10"), "task=0us is not a time above 0"));
  EXPECT_TRUE(has(refusal_of("task=1us items=0"), "items=0 is not a whole number above 0"));
  EXPECT_TRUE(has(refusal_of("task=1us items=2.5"), "items=2.5 is not a whole number above 0"));
  EXPECT_TRUE(has(refusal_of("task=1us items=2 in=4K"), "in=4K is not a number of bytes"));
  EXPECT_TRUE(has(refusal_of("task=1us"), "items= is missing"));
  EXPECT_TRUE(has(refusal_of("items=10"), "task= is missing"));
  EXPECT_TRUE(has(refusal_of("task=1us items=10 cows=3"), "no part 'cows=3'"));
  EXPECT_TRUE(has(refusal_of("task=1us items=10 task=2us"), "task= was given twice"));
}

TEST(CompareMine, PredictsFromWhatWasMeasured) {
  const compare::Job job = compare::parse_job("task=1ms items=4000 in=1MiB out=0 parent=1GiB");
  const auto predictions = compare::predict(job, whole_run().results());
  const double in = 4000 * (1 + (1 << 20) * 1e-3) * 1e-6 / 2;
  EXPECT_DOUBLE_EQ(seconds_of(predictions, "serial loop"), 4);
  EXPECT_NEAR(seconds_of(predictions, "ThreadPool"), 0.001 + 1 + 4000 * 50e-9, 1e-9);
  EXPECT_NEAR(seconds_of(predictions, "Pool"), 0.002 + 5 * 0.02 + 1 + 4000 * 100e-9 + in, 1e-9);
  EXPECT_NEAR(seconds_of(predictions, "fork_map"), 0.002 + 5 * 0.02 + 1 + 4000 * 100e-9, 1e-9);
}

TEST(CompareMine, BeginsWithTheAnswerAndHowSureItIs) {
  const compare::Job job = compare::parse_job("task=1ms items=4000 in=1MiB out=0 parent=10GiB");
  const std::string text = compare::answer(job, whole_run().results());
  EXPECT_TRUE(
      has(text,
          "\n\n  Take ThreadPool: 1.0 s (1.0 to 1.0 s). Every other way takes longer, even at the low end of its "
          "range.\n\n"))
      << text;
  EXPECT_TRUE(has(text, "Pool        speed-up 0.98   4.1 s (3.8 to 4.4 s)")) << text;
}

TEST(CompareMine, WaysThatAreNearEachOtherCannotBeTold) {
  const std::string near = compare::answer(compare::parse_job("task=1s items=4"), whole_run().results());
  EXPECT_TRUE(has(near, "  Take ThreadPool: 1.0 s (1.0 to 1.0 s). Or as well: Pool, fork_map.\n  They are too near"))
      << near;

  MadeUpResults all = whole_run();
  all.row("pools", "whole_life", "Pool", 4).estimate.interval = std::pair(0.5, 2.0);  // as a ThreadPool: 0.9 to 1.1
  const std::string overlap = compare::answer(compare::parse_job("task=1us items=10000"), all.results());
  EXPECT_TRUE(has(overlap, "Take ThreadPool: 4.0 ms (")) << overlap;
  EXPECT_TRUE(has(overlap, "Or as well: Pool, fork_map.")) << overlap;
}

TEST(CompareMine, NoAnswerUsesARowThatIsNotToBeUsed) {
  const compare::Job job = compare::parse_job("task=1ms items=4000 in=1MiB out=4KiB parent=1GiB");
  const std::vector<compare::Row> needed{{"startup", "slope", "fork", 0},
                                         {"pools", "whole_life", "Pool", 4},
                                         {"pools", "whole_life", "ThreadPool", 4},
                                         {"throughput", "wall", "Pool", 10'000},
                                         {"payload", "time", "Pool, by value", 1 << 20}};
  for (const compare::Row& each : needed) {
    MadeUpResults all = whole_run();
    all.row(each.section, each.chart, each.series, each.x).estimate.is_wide = true;
    EXPECT_TRUE(has(compare::answer(job, all.results()), "cannot be told")) << each.section << " " << each.series;
    EXPECT_FALSE(has(compare::answer(job, all.results()), "Take ")) << each.section << " " << each.series;
  }
  MadeUpResults all = whole_run();
  all.row("startup", "slope", "fork").estimate.is_wide = true;
  all.row("payload", "time", "Pool, by value", 1 << 20).estimate.is_wide = true;
  const std::string text = compare::answer(compare::parse_job("task=1ms items=4000"), all.results());
  EXPECT_TRUE(has(text, "Take ")) << "it needs neither: " << text;
}

TEST(CompareMine, OfABusyMachineSaysThat) {
  MadeUpResults all = whole_run();
  all.make_busy("pools", 0.4);
  const std::string text = compare::answer(compare::parse_job("task=1ms items=4000"), all.results());
  EXPECT_TRUE(has(text, "cannot be told.\n  The machine was too busy: see the warning below.\n")) << text;
}

TEST(CompareMine, TheLastOfTheItemsKeepOneWorkerBusyAndTheOthersNot) {
  const auto predictions = compare::predict(compare::parse_job("task=1s items=5"), whole_run().results());
  EXPECT_NEAR(seconds_of(predictions, "ThreadPool"), 2, 0.01);  // of 4
}

TEST(CompareMine, IsQuickUnlessItIsToBeThoroughAndItsCommandRepeatsIt) {
  const std::string job = "task=1ms items=9";
  const compare::Options quick = compare::parse({"--mine", job});
  EXPECT_EQ(quick.launches, 1U);
  EXPECT_EQ(quick.sections.size(), 4U);
  EXPECT_EQ(compare::command_line(quick), "tools/compare --mine 'task=1ms items=9'");
  const compare::Options thorough = compare::parse({"crash", "--mine", job, "--thorough"});
  EXPECT_EQ(thorough.launches, 6U);
  EXPECT_EQ(compare::command_line(thorough),
            "tools/compare startup pools throughput payload crash --mine 'task=1ms items=9' --thorough");
  EXPECT_EQ(compare::command_line(compare::parse({"--mine", job, "--launches", "3"})),
            "tools/compare --launches 3 --mine 'task=1ms items=9'");
  EXPECT_THROW(compare::parse({"--thorough"}), std::invalid_argument);
  EXPECT_THROW(compare::parse({"--thorough", "--quick", "--mine", job}), std::invalid_argument);
}

TEST(CompareMine, SaysNothingWithoutTheFigures) {
  EXPECT_TRUE(compare::predict(compare::parse_job("task=1ms items=1"), compare::Results()).empty());
}

TEST(CompareBystanders, AreNotedAndKeepTheFiguresFromBeingCited) {
  const compare::Launch busy{.bystanders = 0.5};
  compare::Results results;
  results.sections.push_back(compare::summarise(section_named("crash"), {busy, {.bystanders = 0.3}}));
  EXPECT_TRUE(has(results.sections[0].notes.at(0), "Other programs had 40 % of the CPUs' time"));
  EXPECT_TRUE(has(compare::verdict(results).warning, "up to 40 % of the CPUs' time"));
  EXPECT_TRUE(compare::summarise(section_named("crash"), {{.bystanders = 0.05}}).notes.empty());
}

TEST(CompareBystanders, AProgramThatWasNotWaitedForIsOne) {
  const compare::Bystanders bystanders;
  Process program([] {
    for (volatile bool forever = true; forever;) continue;
  });
  program.set_daemon(true);
  program.start();
  EXPECT_TRUE(eventually([&] { return bystanders.part() > 0.05; }));
  program.kill();
  program.join();
}

}  // namespace
}  // namespace multiprocessing::tests::compare_sayings_test
