// SPDX-License-Identifier: MIT
#include <multiprocessing/multiprocessing.hpp>

#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <iostream>
#include <numeric>
#include <ostream>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "fuzz/allocation_meter.hpp"
#include "support/child_process.hpp"
#include "support/deadline.hpp"

// Whichever allocation of the program fails, and whether only that one does or some that follow, too, each call returns
// or throws, and afterwards the pool works.
namespace multiprocessing::tests::every_allocation_test {
namespace {

using namespace std::chrono_literals;

int twice(int number) { return 2 * number; }
std::string exclaimed(std::string text) { return text + "!"; }
std::string text_of(int bytes) { return std::string(static_cast<std::size_t>(bytes), 'x'); }
int third_throws(int number) { return number % 3 == 0 ? throw std::runtime_error("a multiple of three") : number; }
int third_dies(int number) { return number == 3 ? raise(SIGKILL) : number; }
int third_is_late(int number) {
  std::this_thread::sleep_for(number == 3 ? 10s : 0s);
  return number;
}
int first_is_long(int number) {
  std::this_thread::sleep_for(number == 0 ? 20ms : 10us);
  return number;
}

std::vector<int> numbers(int count) {
  std::vector<int> all(static_cast<std::size_t>(count));
  std::iota(all.begin(), all.end(), 0);
  return all;
}
const std::vector<int> few = numbers(8);
const std::vector<int> many = numbers(24);
const std::vector<std::string> texts(10, std::string(100, 'x'));
const std::vector<int> large(100'000, 1);
int plus_first(const std::vector<int>& numbers, int number) { return numbers[0] + number; }

template <class AnyPool>
struct Scenario {
  const char* name;
  void (*run)(AnyPool& pool);
};
template <class AnyPool>
std::ostream& operator<<(std::ostream& stream, const Scenario<AnyPool>& scenario) {
  return stream << scenario.name;
}

template <class AnyPool>
const std::vector<Scenario<AnyPool>>& scenarios() {
  static const std::vector<Scenario<AnyPool>> all{
      {"Numbers", [](AnyPool& pool) { pool.map(twice, many); }},
      {"NumbersAndALargeFunction", [](AnyPool& pool) { pool.map(partial(plus_first, large), few); }},
      {"Texts", [](AnyPool& pool) { pool.map(exclaimed, texts); }},
      {"LargeResults",
       [](AnyPool& pool) {
         pool.map(text_of, {3'000'000, 10, 2'000'000});
       }},
      {"LargeArguments",
       [](AnyPool& pool) {
         pool.map(exclaimed, {text_of(3'000'000), text_of(10)});
       }},
      {"Pairs", [](AnyPool& pool) { pool.starmap(std::plus<int>(), multiprocessing::zip(few, few)); }},
      {"Errors", [](AnyPool& pool) { pool.try_map(third_throws, few); }},
      {"TheFirstError", [](AnyPool& pool) { pool.map(third_throws, few); }},
      {"Lazily",
       [](AnyPool& pool) {
         auto results = pool.imap(exclaimed, texts, 4);
         // A program that goes on after an error comes to the end all the same.
         for (bool is_over = false; !is_over;) {
           try {
             results.next();
           } catch (const StopIteration&) {
             is_over = true;
           } catch (const std::bad_alloc&) {
             refuse_allocations(0);
           }
         }
       }},
      {"LazilyAsTheyCome",
       [](AnyPool& pool) {
         for ([[maybe_unused]] const int result : pool.imap_unordered(twice, few)) {
         }
       }},
      {"TwoAtOnce",
       [](AnyPool& pool) {
         auto first = pool.map_async(exclaimed, texts);
         auto second = pool.map_async(twice, few);
         second.get();
         first.get();
       }},
      {"ACallback",
       [](AnyPool& pool) {
         auto result = pool.apply_async(twice, 3);
         result.when_done([] {});
         result.get();
       }},
      {"AsTheyEnd",
       [](AnyPool& pool) {
         AsCompleted<int> results;
         for (const int number : few) results.add(pool.apply_async(twice, number));
         results.fileno();
         while (results.size() != 0) results.next();
       }},
      {"AsTheyEndInTwoPools",
       [](AnyPool& pool) {
         SerialPool other;
         AsCompleted<int> results;
         for (const int number : few) results.add(pool.apply_async(twice, number));
         results.add(other.apply_async(twice, 3));
         while (results.size() != 0) results.next();
       }},
      {"DelayedCalls",
       [](AnyPool& pool) {
         const auto failing = pool.delayed(third_throws).map(few);
         const auto sums = pool.delayed(std::plus<int>())(pool.delayed(twice)(1), failing[1]);
         try_compute(std::vector{sums, pool.delayed(twice)(sums), pool.delayed(twice)(failing[0])});
       }},
      {"ACancelledCall",
       [](AnyPool& pool) {
         auto result = pool.map_async(first_is_long, few);
         result.cancel();
         result.wait();
       }},
      {"AStoppedCall",
       [](AnyPool& pool) {
         std::stop_source stop;
         auto result = pool.with({.stop = stop.get_token()}).map_async(first_is_long, few);
         stop.request_stop();
         result.wait();
       }},
      {"WorkBehindALongItem", [](AnyPool& pool) { pool.map(first_is_long, many); }},
      {"Questions",
       [](AnyPool& pool) {
         pool.stats();
         pool.worker_pids();
       }},
  };
  return all;
}

std::vector<Scenario<Pool>> scenarios_of_processes() {
  std::vector<Scenario<Pool>> all = scenarios<Pool>();
  all.push_back({"ADeath", [](Pool& pool) { pool.try_map(third_dies, few); }});
  all.push_back({"Retries", [](Pool& pool) { pool.with({.retries = 1}).try_map(third_dies, few); }});
  all.push_back({"ATimeout", [](Pool& pool) { pool.with({.timeout = 20ms}).try_map(third_is_late, few); }});
  return all;
}

Scenario<Pool> death() {
  const auto all = scenarios_of_processes();
  return *std::ranges::find_if(all, [](const auto& each) { return std::string_view(each.name) == "ADeath"; });
}

// In a child of its own: what a refusal spoils is seen by nobody else. False: there are fewer allocations than that.
template <class AnyPool>
bool works_without(std::uint64_t allocation, std::uint64_t count, const Scenario<AnyPool>& scenario,
                   const PoolOptions& options) {
  static constexpr std::string_view nothing_was_refused = "nothing was refused";
  const ChildResult child = run_in_child([&] {
    AnyPool pool(options);
    pool.map(twice, few);  // the workers know each other's ways
    refuse_allocations(allocation, count);
    try {
      scenario.run(pool);
    } catch (const std::exception&) {
      // std::bad_alloc, or an error that says what it spoilt
    }
    refuse_allocations(0);
    EXPECT_EQ(pool.map(twice, {1, 2, 3}), (std::vector<int>{2, 4, 6}));
    pool.close();
    pool.join();
    if (!has_refused()) std::cout << nothing_was_refused;
  });
  EXPECT_EQ(child.exit_code, 0) << "without " << count << " allocations from the " << allocation << "th on"
                                << ": " << child;
  return child.exit_code == 0 && child.standard_output != nothing_was_refused;
}

template <class AnyPool>
void expect_works_without_each(const Scenario<AnyPool>& scenario, const PoolOptions& options) {
  struct Walk {
    std::uint64_t count;
    std::uint64_t step;
  };
  for (const auto [count, step] : {Walk{1, 1}, Walk{20, 7}}) {
    std::uint64_t allocation = 1;
    // Timing decides how many there are: the last one is behind the last of two runs.
    for (int runs_to_the_end = 0; runs_to_the_end != 2; allocation += step) {
      if (!works_without(allocation, count, scenario, options)) ++runs_to_the_end;
      if (testing::Test::HasFailure()) return;
    }
  }
}

class EveryAllocation : public testing::TestWithParam<Scenario<Pool>> {};
INSTANTIATE_TEST_SUITE_P(Of, EveryAllocation, testing::ValuesIn(scenarios_of_processes()),
                         [](const auto& parameter) { return std::string(parameter.param.name); });

TEST_P(EveryAllocation, OfAProgramMayFailAndItsPoolWorksOn) { expect_works_without_each(GetParam(), {.processes = 2}); }

class EveryAllocationByFork : public EveryAllocation {};
INSTANTIATE_TEST_SUITE_P(Of, EveryAllocationByFork, testing::Values(death()),
                         [](const auto& parameter) { return std::string(parameter.param.name); });

TEST_P(EveryAllocationByFork, OfAProgramMayFailAndItsPoolWorksOn) {
  expect_works_without_each(GetParam(), {.processes = 2, .start_method = StartMethod::fork});
}

class EveryAllocationBySpawn : public EveryAllocation {};
INSTANTIATE_TEST_SUITE_P(Of, EveryAllocationBySpawn, testing::Values(death()),
                         [](const auto& parameter) { return std::string(parameter.param.name); });

TEST_P(EveryAllocationBySpawn, OfAProgramMayFailAndItsPoolWorksOn) {
  expect_works_without_each(GetParam(), {.processes = 2, .start_method = StartMethod::spawn});
}

class EveryAllocationWithThreads : public testing::TestWithParam<Scenario<ThreadPool>> {};
INSTANTIATE_TEST_SUITE_P(Of, EveryAllocationWithThreads, testing::ValuesIn(scenarios<ThreadPool>()),
                         [](const auto& parameter) { return std::string(parameter.param.name); });

TEST_P(EveryAllocationWithThreads, OfAProgramMayFailAndItsPoolWorksOn) {
  expect_works_without_each(GetParam(), {.processes = 2});
}

}  // namespace
}  // namespace multiprocessing::tests::every_allocation_test
