// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

#include <multiprocessing/process.hpp>

#include "bystanders.hpp"
#include "mine.hpp"
#include "options.hpp"
#include "support/deadline.hpp"
#include "units.hpp"
#include "verdict.hpp"

// What the comparison makes of its figures: sentences, and predictions.
namespace multiprocessing::tests::compare_sayings_test {
namespace {

const compare::Section& section_of(const std::string& name) {
  for (const compare::Section& section : compare::sections()) {
    if (section.name == name) return section;
  }
  throw std::out_of_range(name);
}

// Results as if they had been measured, with the same value in each sample.
class Measurements {
 public:
  Measurements& add(const char* section, const char* chart, const char* series, double x, double value) {
    for (compare::SectionResult& each : results_.sections) {
      if (each.section->name == section) {
        each.figures.push_back(figure(chart, series, x, value));
        return *this;
      }
    }
    results_.sections.push_back({.section = &section_of(section), .figures = {figure(chart, series, x, value)}});
    return *this;
  }
  compare::Results& results() { return results_; }

 private:
  static compare::Figure figure(const char* chart, const char* series, double x, double value) {
    return {chart, series, x, {.value = value, .launches = 1, .samples = 1}};
  }
  compare::Results results_{.machine = {.cpus = 4}};
};

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::string refusal_of(const std::string& job) {
  try {
    compare::parse_job(job);
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "taken";
}

Measurements job_measurements() {
  Measurements all;
  all.add("startup", "slope", "fork", 0, 20);                        // ms for each GiB
  all.add("pools", "whole_life", "Pool", 4, 2);                      // ms
  all.add("pools", "whole_life", "ThreadPool", 4, 1);                // ms
  all.add("throughput", "wall", "Pool", 1, 100);                     // ns
  all.add("throughput", "wall", "ThreadPool", 1, 50);                // ns
  all.add("payload", "time", "Pool, by value", 1, 1);                // us
  all.add("payload", "time", "Pool, by value", 1 << 20, 1'048.576);  // us there and back: 1 ns a byte
  return all;
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
  EXPECT_FALSE(compare::parse_time("200"));
  EXPECT_FALSE(compare::parse_time("-1s"));
  EXPECT_EQ(compare::parse_bytes("4KiB"), 4096);
  EXPECT_EQ(compare::parse_bytes("8MB"), 8e6);
  EXPECT_EQ(compare::parse_bytes("100"), 100);
  EXPECT_FALSE(compare::parse_bytes("4 cows"));
  EXPECT_EQ(compare::parse_number("1e5"), 1e5);
  EXPECT_FALSE(compare::parse_number("1e5x"));
  EXPECT_EQ(compare::time_text(2.5e-3), "2.5 ms");
  EXPECT_EQ(compare::time_text(0), "0 ns");
  EXPECT_EQ(compare::bytes_text(1536), "1.5 KiB");
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
}

TEST(CompareMine, PredictsFromWhatWasMeasured) {
  const compare::Job job = compare::parse_job("task=1ms items=4000 in=1MiB out=0 parent=1GiB");
  const auto predictions = compare::predict(job, job_measurements().results());
  EXPECT_DOUBLE_EQ(seconds_of(predictions, "serial"), 4);
  EXPECT_NEAR(seconds_of(predictions, "ThreadPool"), 0.001 + 1 + 4000 * 50e-9, 1e-9);
  EXPECT_NEAR(seconds_of(predictions, "Pool"), 0.002 + 5 * 0.02 + 1 + 4000 * 100e-9 + 4000 * 1048.576e-6 / 2, 1e-9);
  EXPECT_NEAR(seconds_of(predictions, "fork_map"), 0.002 + 5 * 0.02 + 1 + 4000 * 100e-9, 1e-9);
  EXPECT_TRUE(has(compare::prediction_text(job, predictions), "<- take this"));
}

TEST(CompareMine, TheLastOfTheItemsKeepOneWorkerBusyAndTheOthersNot) {
  const auto predictions = compare::predict(compare::parse_job("task=1s items=5"), job_measurements().results());
  EXPECT_NEAR(seconds_of(predictions, "ThreadPool"), 2, 0.01);  // of 4
}

TEST(CompareMine, IsMeasuredWithTheSectionsThatAreNamedAndRepeatedByTheCommand) {
  const compare::Options options = compare::parse({"crash", "--mine", "task=1ms items=9"});
  EXPECT_EQ(compare::command_line(options),
            "tools/compare startup pools throughput payload crash --mine 'task=1ms items=9'");
}

TEST(CompareMine, SaysNothingWithoutTheFigures) {
  EXPECT_TRUE(compare::predict(compare::parse_job("task=1ms items=1"), compare::Results()).empty());
}

TEST(CompareVerdict, LeavesOutWhatWasNotMeasured) {
  EXPECT_TRUE(compare::verdict(compare::Results()).empty());
  Measurements all;
  all.add("startup", "parent", "thread", 0, 12);
  EXPECT_EQ(compare::verdict(all.results()), std::vector<std::string>{"A thread takes 12 us to start and join."});
}

TEST(CompareVerdict, SaysWhenAFigureVariesTooMuch) {
  Measurements all;
  all.add("startup", "parent", "thread", 0, 12);
  all.results().sections[0].figures[0].estimate.is_wide = true;
  EXPECT_TRUE(has(compare::verdict(all.results()).back(), "vary too much"));
}

TEST(CompareVerdict, NamesTheSmallestPayloadFromWhichOnItIsBetterNotSent) {
  Measurements all;
  // By value it is twice as long at 1 B, too: but not at 64 B.
  for (const auto& [bytes, by_value] : {std::pair(1.0, 10.0), {64.0, 2.0}, {4096.0, 10.0}, {65'536.0, 100.0}}) {
    all.add("payload", "time", "Pool, by value", bytes, by_value);
    all.add("payload", "time", "Array, in place", bytes, 2);
  }
  EXPECT_TRUE(has(compare::verdict(all.results()).at(0), "4 KiB or more should be worked on in place"));
}

TEST(CompareVerdict, APayloadThatIsDecidedByAFigureThatVariesTooMuchIsNotToBeCited) {
  for (const std::size_t wide : {1U, 3U}) {  // in place, of 64 B and of 4 KiB
    Measurements all;
    for (const auto& [bytes, by_value] : {std::pair(64.0, 2.0), {4096.0, 10.0}}) {
      all.add("payload", "time", "Pool, by value", bytes, by_value);
      all.add("payload", "time", "Array, in place", bytes, 2);
    }
    EXPECT_FALSE(has(compare::verdict(all.results()).back(), "vary too much"));
    all.results().sections[0].figures[wide].estimate.is_wide = true;
    EXPECT_TRUE(has(compare::verdict(all.results()).back(), "vary too much")) << wide;
  }
}

TEST(CompareVerdict, SetsTheSameQueueBetweenThreadsAndBetweenProcessesBesideThePool) {
  Measurements all;
  all.add("startup", "parent", "fork", 0, 200);
  all.add("round_trip", "wall", "Pool", 0, 0.6);
  all.add("round_trip", "wall", "Queue between two threads", 0, 0.4);
  all.add("round_trip", "wall", "Queue between two processes", 0, 0.5);
  EXPECT_TRUE(
      has(compare::verdict(all.results()).at(0), "400 ns between two threads and 500 ns between two processes"));
}

TEST(CompareVerdict, SaysWhoseFigureIsWhose) {
  Measurements all;
  all.add("contention", "speed_up", "one lock: threads", 0, 0.8);
  all.add("contention", "speed_up", "one lock: processes", 0, 3.9);
  all.add("crash", "left", "Pool", 0, 999);
  all.add("crash", "left", "ThreadPool", 0, 0);
  const std::string sentence = compare::verdict(all.results()).at(0);
  EXPECT_TRUE(has(sentence, "one lock (processes 3.9 times serial, threads 0.8)")) << sentence;
  EXPECT_TRUE(has(sentence, "of 1,000 items processes leave 999, threads 0")) << sentence;
}

TEST(CompareBystanders, AreNotedAndKeepTheFiguresFromBeingCited) {
  const compare::Launch busy{.bystanders = 0.5};
  compare::Results results;
  results.sections.push_back(compare::summarise(section_of("crash"), {busy, {.bystanders = 0.3}}));
  EXPECT_TRUE(has(results.sections[0].notes.at(0), "Other programs had 40 % of the CPUs' time"));
  EXPECT_TRUE(has(compare::verdict(results).back(), "up to 40 % of the CPUs' time"));
  EXPECT_TRUE(compare::summarise(section_of("crash"), {{.bystanders = 0.05}}).notes.empty());
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
