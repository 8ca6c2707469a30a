// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "tools/run_demo.hpp"

// What a demonstration concludes holds for the figures that it prints above, however many CPUs there are, and however
// busy. Figures are rounded: a conclusion must hold for some numbers that would be printed so.
namespace multiprocessing::tests::demos_figures_test {
namespace {

std::vector<std::vector<double>> numbers(const std::string& text, const std::string& pattern, std::size_t count) {
  std::vector<std::vector<double>> found;
  for (const std::vector<std::string>& groups : all_matches(text, pattern)) {
    found.emplace_back();
    for (const std::string& group : groups) found.back().push_back(std::stod(group));
  }
  EXPECT_EQ(found.size(), count) << pattern << '\n' << text;
  found.resize(count, std::vector<double>(10, std::nan("")));
  return found;
}

// `said` is a quotient with so many digits after the point; each part has an error of up to `error`.
void expect_quotient(double said, int digits, double one, double other, double error, const std::string& text) {
  const double least = (one - error) / (other + error) - 0.51 * std::pow(10, -digits);
  const double most = other > error ? (one + error) / (other - error) + 0.51 * std::pow(10, -digits) : HUGE_VAL;
  EXPECT_GE(said, least) << one << " / " << other << '\n' << text;
  EXPECT_LE(said, most) << one << " / " << other << '\n' << text;
}

bool says(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

class Figures : public testing::TestWithParam<Machine> {
 protected:
  // What the demonstration tells on this machine. Its last line's ratio is that of its times.
  static std::string story(const std::string& name) {
    const ChildResult result = run_demo_on(GetParam(), name);
    EXPECT_EQ(result.exit_code, 0) << result;
    const std::string& text = result.standard_output;
    last_ = numbers(text, ": ([0-9.]+) s\\. .*: ([0-9.]+) s\\. Ratio: ([0-9.]+) \\(best of 3 each\\)\\.\n", 1)[0];
    expect_quotient(last_[2], 2, last_[0], last_[1], 0.00051, text);
    return text;
  }
  inline static std::vector<double> last_;
};
class FiguresOfCpus : public Figures {};  // they change most where other programs have the CPUs

TEST_P(FiguresOfCpus, Chunksize) {
  const std::string text = story("chunksize");
  const auto bars = numbers(text, "\n +([0-9]+) +([0-9.]+) s  #+", 12);
  double best = HUGE_VAL;
  for (std::size_t bar = 6; bar < 12; ++bar) best = std::min(best, bars[bar][1]);
  EXPECT_NEAR(numbers(text, "takes ([0-9]+) ns longer", 1)[0][0], 1e3 * (bars[6][1] - best), 2) << text;
  expect_quotient(numbers(text, "took ([0-9.]+) times as\\s+long as the best", 1)[0][0], 1, bars[11][1], best, 0.00051,
                  text);
  EXPECT_EQ(last_[0], bars[6][1]) << text;
  EXPECT_EQ(last_[1], best) << text;

  const auto turns = numbers(text, "in turn: whole chunks of 100,000 ([0-9.]+) s, pool.map.*\n([0-9.]+) s", 1)[0];
  EXPECT_NE(says(text, "gained more than it cost."), says(text, "cost as much as it gained, or more.")) << text;
  if (turns[0] == turns[1]) return;
  EXPECT_EQ(says(text, "gained more than it cost."), turns[1] < turns[0]) << text;
}

TEST_P(FiguresOfCpus, Map) {
  const std::string text = story("map");
  const auto loops = numbers(text, "loop: [0-9.]+ ms, ([0-9.]+) ns an item", 2);
  const auto pools = numbers(text, "pool: [0-9.]+ ms, ([0-9.]+) ns an item; workers: ([0-9]+)", 2);
  const auto ratios = numbers(text, "the pool took ([0-9.]+) times as\\s+long as the loop", 2);
  for (std::size_t job : {0U, 1U}) {
    expect_quotient(ratios[job][0], job == 0 ? 1 : 2, pools[job][0], loops[job][0], 0.051, text);
  }
  EXPECT_LT(10 * numbers(text, "A worker has each number for ([0-9.]+) ns", 1)[0][0], loops[1][0]) << text;
  EXPECT_EQ(says(text, "it cannot be faster"), pools[0][1] == 1) << text;
}

TEST_P(FiguresOfCpus, Pi) {
  const std::string text = story("pi");
  const auto times = numbers(text, "\n  [a-z, ]+ pi = [0-9.]+ +([0-9.]+) s", 5);
  const double serial = times[0][0], threads = times[2][0], locked = times[3][0], copies = times[4][0];
  const auto with_lock = numbers(text, "they took ([0-9.]+) times as\\s+long with the lock as without", 1);
  expect_quotient(with_lock[0][0], 1, locked, threads, 0.00051, text);
  const auto than_loop = numbers(text, "they were ([0-9.]+) times as fast as the loop", 1);
  expect_quotient(than_loop[0][0], 1, serial, copies, 0.00051, text);
  EXPECT_EQ(says(text, "one CPU is no more"), says(text, "Workers: 1.")) << text;
  EXPECT_EQ(last_[0], locked) << text;
  EXPECT_EQ(last_[1], copies) << text;
}

TEST_P(Figures, Startup) {
  const std::string text = story("startup");
  const auto rows = all_matches(text, "\n +([0-9]+) +([0-9.]+) +[0-9.]+ +([0-9.]+) +([0-9.]+)(?=\n)");
  ASSERT_GE(rows.size(), 2U) << text;
  const auto cell = [&](std::size_t row, std::size_t column) { return std::stod(rows[row][column]); };
  const std::size_t many = rows.size() - 1, right = rows.size() == 2 ? 0 : many - 1;
  EXPECT_EQ(numbers(text, "The first worker cost ([0-9.]+) ms", 1)[0][0], cell(0, 1)) << text;
  const auto others = numbers(text, "each of the ([0-9]+) others on average\n([0-9.-]+) ms, and ([0-9.-]+) ms", 1)[0];
  EXPECT_EQ(others[0], cell(many, 0) - 1) << text;
  EXPECT_NEAR(others[1], (cell(many, 1) - cell(0, 1)) / others[0], 0.01) << text;
  EXPECT_NEAR(others[2], (cell(many, 3) - cell(0, 3)) / others[0], 0.01) << text;
  const auto job = numbers(text, "\n([0-9]+) workers took ([0-9.]+) times as long for the job as ([0-9]+)", 1)[0];
  EXPECT_EQ(job[0], cell(many, 0)) << text;
  EXPECT_EQ(job[2], cell(right, 0)) << text;
  expect_quotient(job[1], 2, cell(many, 2), cell(right, 2), 0.051, text);
  EXPECT_EQ(says(text, "(Less:"), job[1] < 0.8) << text;
}

TEST_P(Figures, Workers) {
  const std::string text = story("workers");
  const auto said = numbers(text, "In this run ([0-9]+) workers took ([0-9.]+) times as long as ([0-9]+)", 1)[0];
  expect_quotient(said[1], 2, last_[1], last_[0], 0.00051, text);
  EXPECT_EQ(said[0], 4 * said[2]) << text;
  EXPECT_EQ(says(text, "(Less:"), said[1] < 0.8) << text;
  const auto pools = all_matches(text, "\n  pool of ([0-9]+): ([0-9.]+) s");
  ASSERT_GE(pools.size(), 2U) << text;
  EXPECT_EQ(std::stod(pools[pools.size() - 2][1]), last_[0]) << text;
  EXPECT_EQ(std::stod(pools[pools.size() - 1][1]), last_[1]) << text;
}

TEST_P(Figures, Gather) {
  const std::string text = story("gather");
  const auto said = numbers(text, "took ([0-9.]+) times as long as one that throws all darts", 1)[0];
  expect_quotient(said[0], 2, last_[1], last_[0], 0.00051, text);
}

TEST_P(Figures, Sleeping) {
  const std::string text = story("sleeping");
  EXPECT_GE(last_[0], 2.4) << text;
  EXPECT_GE(last_[1], 0.3) << text;
  EXPECT_LT(last_[1], last_[0]) << text;
  EXPECT_EQ(numbers(text, "It took ([0-9.]+) s", 1)[0][0], last_[1]) << text;
}

TEST_P(FiguresOfCpus, Openmp) {
  const std::string text = story("openmp");
  const auto rows = numbers(text, "\n  [A-Za-z ]+ ([0-9.]+) +([0-9.]+) x   price", 4);
  for (const std::vector<double>& row : rows) expect_quotient(row[1], 2, rows[0][0], row[0], 0.00051, text);
  const auto said = numbers(text, "To send the parts took ([0-9.]+) times as long as to work in place", 1)[0];
  expect_quotient(said[0], 1, rows[2][0], rows[3][0], 0.00051, text);
  EXPECT_EQ(last_[0], rows[2][0]) << text;
  EXPECT_EQ(last_[1], rows[3][0]) << text;
}

TEST_P(Figures, Asynchronous) {
  const std::string text = story("asynchronous");
  EXPECT_GE(numbers(text, "waits for all at once takes ([0-9.]+) s", 1)[0][0], 0.05) << text;
  const auto rows = numbers(text, "\n  [a-z].*: +([0-9.]+) s; the last answer lay for ([0-9.]+) s", 2);
  EXPECT_EQ(rows[0][0], last_[0]) << text;
  EXPECT_EQ(rows[1][0], last_[1]) << text;
  for (const std::vector<double>& row : rows) EXPECT_LE(row[1] + 0.049, row[0]) << text;
  EXPECT_EQ(numbers(text, "It took ([0-9]+) results in three runs", 1)[0][0], 30) << text;
}

TEST_P(Figures, Graph) {
  const std::string text = story("graph");
  EXPECT_TRUE(says(text, "The sums are the same.")) << text;
  const auto peaks = numbers(text, "had at most ([0-9]+) MiB with\\s+graphs, and ([0-9]+) MiB with maps", 1)[0];
  // A sanitizer keeps memory that the program has given back.
  if (patience == 1) {
    EXPECT_LT(3 * peaks[0], peaks[1]) << text;
  }
}

std::string name_of(const testing::TestParamInfo<Machine>& info) {
  const char* const names[] = {"AsItIs", "WithOneCpu", "Busy"};
  return names[static_cast<int>(info.param)];
}
INSTANTIATE_TEST_SUITE_P(Demos, Figures, testing::Values(Machine::as_it_is, Machine::with_one_cpu), name_of);
INSTANTIATE_TEST_SUITE_P(Demos, FiguresOfCpus, testing::Values(Machine::as_it_is, Machine::with_one_cpu, Machine::busy),
                         name_of);

}  // namespace
}  // namespace multiprocessing::tests::demos_figures_test
