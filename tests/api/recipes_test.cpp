// SPDX-License-Identifier: MIT
// The recipes of README.md, as they stand there.
#include <multiprocessing/multiprocessing.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <numeric>
#include <random>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace mp = multiprocessing;
using namespace std::chrono_literals;

namespace multiprocessing::tests::recipes_test {
namespace {

struct ParseError : std::runtime_error {
  using runtime_error::runtime_error;
};

int simulate(int number) { return 2 * number; }

int parse(const std::string& text) {
  if (text == "bad") throw ParseError("cannot parse " + text);
  return std::stoi(text);
}

int measure(int milliseconds) {
  std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
  return milliseconds;
}

double noise(int) {
  auto random = mp::random_stream(2026);  // of the item that runs
  return std::normal_distribution<double>(0, 1)(random);
}

double sum_of(const std::vector<double>& row) { return std::accumulate(row.begin(), row.end(), 0.0); }

TEST(Recipe, ProgressCountsTheItemsThatHaveEnded) {
  const std::vector<int> cases{1, 2, 3};
  std::vector<int> results(3);
  mp::Pool pool(2);
  testing::internal::CaptureStderr();
  std::size_t done = 0;
  for (const auto& outcome : pool.try_imap_unordered(simulate, cases)) {
    std::cerr << '\r' << ++done << " of " << cases.size();
    if (outcome) results[outcome.index()] = outcome.value();
  }
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "\r1 of 3\r2 of 3\r3 of 3");
  EXPECT_EQ(results, (std::vector{2, 4, 6}));
}

TEST(Recipe, ErrorsAreToldByTheirOwnType) {
  mp::register_exception<ParseError>();
  const std::vector<std::string> texts{"1", "bad", "worse"};
  int refused = 0;
  mp::Pool pool(2);
  testing::internal::CaptureStderr();
  for (const auto& outcome : pool.try_map(parse, texts)) {
    if (outcome.error_as<ParseError>() != nullptr) ++refused;
    if (!outcome) std::cerr << outcome.message() << '\n';  // what, which item, which worker, and where
  }
  const std::string said = testing::internal::GetCapturedStderr();
  EXPECT_EQ(refused, 1);
  EXPECT_NE(said.find("cannot parse bad"), std::string::npos) << said;
  EXPECT_NE(said.find("item 2"), std::string::npos) << said;
}

TEST(Recipe, TimeoutsEndTheItemsThatRunLonger) {
  const std::vector<int> cases{0, 600'000, 0};
  mp::Pool pool(2);
  const auto outcomes = pool.with({.timeout = 2s, .retries = 1}).try_map(measure, cases);
  EXPECT_NE(outcomes[1].error_as<mp::DeadlineExceeded>(), nullptr);
  EXPECT_TRUE(outcomes[0] && outcomes[2]);
}

TEST(Recipe, RandomNumbersAreTheSameForAnyNumberOfWorkersAndDifferByItem) {
  const std::vector<int> items(20);
  const std::vector<double> numbers = mp::Pool(3).map(noise, items);
  EXPECT_EQ(numbers, mp::Pool(1).map(noise, items));
  EXPECT_EQ(numbers, mp::SerialPool().map(noise, items));
  EXPECT_EQ(std::set<double>(numbers.begin(), numbers.end()).size(), 20U);
}

TEST(Recipe, LargeDataIsInherited) {
  const std::vector<std::vector<double>> matrix(3, std::vector<double>(1000, 0.5));
  const std::vector<std::size_t> rows{0, 1, 2};
  const auto sums = mp::fork_map([&](std::size_t row) { return sum_of(matrix[row]); }, rows);
  EXPECT_EQ(sums, (std::vector{500.0, 500.0, 500.0}));
}

TEST(Recipe, LibrariesInWorkersTakeTheThreadsThatTheOptionSays) {
  mp::Pool pool({.processes = 4, .threads_per_worker = 1});
  EXPECT_EQ(pool.apply([] { return std::string(std::getenv("OMP_NUM_THREADS")); }), "1");
}

}  // namespace
}  // namespace multiprocessing::tests::recipes_test
