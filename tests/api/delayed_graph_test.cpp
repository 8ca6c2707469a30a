// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <cctype>
#include <cerrno>
#include <chrono>
#include <numeric>
#include <set>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "api/every_pool.hpp"
#include "support/deadline.hpp"
#include "support/shared.hpp"

namespace multiprocessing::tests::delayed_graph_test {
namespace {

using namespace std::chrono_literals;

int add(int a, int b) { return a + b; }
int sum(const std::vector<int>& numbers) { return std::accumulate(numbers.begin(), numbers.end(), 0); }
int plus_one(int number) { return number + 1; }
int refuse(int number) { throw std::range_error("not " + std::to_string(number)); }

TEST(DelayedDot, NamesTheCallsAndTheirTimes) {
  SerialPool pool;
  const auto one = pool.delayed(plus_one)(1).name("a \"small\" \\ one");
  const auto two = pool.delayed(add)(one, one).name("two");
  EXPECT_EQ(to_dot(two),
            "digraph {\n"
            "  0 [label=\"a \\\"small\\\" \\\\ one\"];\n"
            "  1 [label=\"two\"];\n"
            "  0 -> 1;\n"
            "  0 -> 1;\n"
            "}\n");
  two.compute();
  const std::string dot = to_dot(std::vector{two});
  EXPECT_NE(dot.find("  1 [label=\"two\\n0."), std::string::npos) << dot;
  EXPECT_NE(dot.find(" ms\"];\n"), std::string::npos) << dot;
}

TEST(DelayedDot, HasNoTimeForACallThatDidNotRun) {
  ThreadPool pool(1);
  const auto call = pool.delayed(plus_one)(1).name("one");
  pool.close();
  EXPECT_FALSE(try_compute(std::vector{call})[0]);
  EXPECT_EQ(to_dot(call), "digraph {\n  0 [label=\"one\"];\n}\n");
}

TEST(DelayedDot, NamesACallByItsFunctionByDefault) {
  ThreadPool pool(1);
  struct Named {
    int operator()(int number) const { return number; }
  };
  EXPECT_NE(to_dot(pool.delayed(Named())(1)).find("Named"), std::string::npos) << to_dot(pool.delayed(Named())(1));
  EXPECT_NE(to_dot(pool.delayed(::toupper)('a')).find("toupper"), std::string::npos);
}

TEST(DelayedOrder, GoesDepthFirst) {
  SerialPool pool;
  static std::vector<int> order;
  order.clear();
  const auto leaf = [](int number) {
    order.push_back(number);
    return number;
  };
  const auto twice = [](const std::vector<int>& parts) {
    order.push_back(100 + parts[0]);
    return parts[0];
  };
  std::vector<Delayed<int>> halves;
  for (int half = 0; half != 3; ++half) halves.push_back(pool.delayed(twice)(std::vector{pool.delayed(leaf)(half)}));
  pool.delayed(twice)(halves).compute();
  EXPECT_EQ(order, (std::vector<int>{0, 100, 1, 101, 2, 102, 100}));
}

struct Live {
  static inline std::atomic<int> now = 0;
  static inline std::atomic<int> most = 0;
  Live() { count(); }
  Live(const Live&) { count(); }
  Live(Live&&) noexcept { count(); }
  Live& operator=(const Live&) = default;
  ~Live() { --now; }
  static void count() {
    const int live = ++now;
    for (int seen = most; seen < live && !most.compare_exchange_weak(seen, live);) continue;
  }
};

TEST(DelayedMemory, KeepsFewValuesAndNoneAtItsEnd) {
  ThreadPool pool(2);
  const auto pause = [](int) {
    std::this_thread::sleep_for(300us);
    return Live();
  };
  const auto half = [](Live) { return Live(); };
  const auto combine = [](const std::vector<Live>&) { return Live(); };
  const auto total = tree_reduce(pool.delayed(combine), pool.delayed(half).map(pool.delayed(pause).map(numbers(1000))));
  (void)total.compute();
  EXPECT_TRUE(eventually([] { return Live::now == 0; }));  // a thread may just be letting go of the last one
  EXPECT_LT(Live::most, 150);
}

TEST(DelayedMemory, IsFewValuesAlsoAfterManyShortCalls) {
  static std::atomic<int>* running = nullptr;  // loads that were not used yet
  static std::atomic<int>* most = nullptr;
  const Shared<std::atomic<int>> now, peak;
  running = now.get(), most = peak.get();
  Pool pool(2);
  const auto load = [](int) {
    std::this_thread::sleep_for(1ms);
    const int loaded = ++*running;
    for (int seen = *most; seen < loaded && !most->compare_exchange_weak(seen, loaded);) continue;
    return 1;
  };
  const auto use = [](int number) { return --*running, number; };
  const auto start = pool.delayed(sum)(pool.delayed(plus_one).map(numbers(3000)));
  std::vector<Delayed<int>> ends;
  for (int number = 0; number != 300; ++number) ends.push_back(pool.delayed(use)(pool.delayed(load)(start)));
  EXPECT_EQ(pool.delayed(sum)(ends).compute(), 300);
  EXPECT_LE(*peak, 30);
}

TEST(DelayedMixture, RunsEachCallInItsOwnPool) {
  Pool pool(2);
  Pool other(1);
  ThreadPool threads(2);
  SerialPool serial;
  const pid_t parent = getpid();
  const auto where = [](int) { return getpid(); };
  const auto different = [](const std::vector<pid_t>& pids) {
    return std::set<pid_t>(pids.begin(), pids.end()).size();
  };
  std::vector<Delayed<pid_t>> calls;
  for (int count = 0; count != 100; ++count) {
    calls.push_back(pool.delayed(where)(count));
    calls.push_back(threads.delayed(where)(count));
    calls.push_back(other.with({.retries = 1}).delayed(where)(count));
    calls.push_back(serial.delayed(where)(count));
  }
  const std::size_t processes = threads.delayed(different)(calls).compute();
  EXPECT_LE(processes, 4U);
  EXPECT_GE(processes, 3U);
  EXPECT_EQ(calls[1].compute(), parent);
  EXPECT_EQ(calls[3].compute(), parent);
  EXPECT_NE(calls[0].compute(), parent);
  // Back and forth between two pools, one call at a time.
  auto chain = pool.delayed(plus_one)(0);
  for (int count = 1; count != 200; ++count) {
    chain = count % 2 == 0 ? pool.delayed(plus_one)(chain) : threads.delayed(plus_one)(chain);
  }
  EXPECT_EQ(chain.compute(), 200);
}

TEST(DelayedThreads, MayComputeGraphsOfTheSamePoolSideBySide) {
  Pool pool({.processes = 2, .max_tasks_per_child = 500});
  std::vector<std::jthread> threads;
  for (int thread = 0; thread != 3; ++thread) {
    threads.emplace_back([&] {
      for (int round = 0; round != 20; ++round) {
        const auto parts = pool.delayed(plus_one).map(pool.delayed(plus_one).map(numbers(50)));
        EXPECT_EQ(tree_reduce(pool.delayed(sum), parts).compute(), 49 * 50 / 2 + 100);
        EXPECT_EQ(pool.map(plus_one, numbers(50)).back(), 50);
      }
    });
  }
}

TEST(DelayedThreads, MayComputeInACallback) {
  Pool pool(2);
  int computed = 0;
  auto result = pool.apply_async(plus_one, 1).when_done([&] {
    computed = pool.delayed(sum)(pool.delayed(plus_one).map(numbers(10))).compute();
  });
  EXPECT_EQ(result.get(), 2);
  EXPECT_EQ(computed, 55);
}

TEST(DelayedInATask, MayBeComputedOnTheThreadPoolThatRunsTheTask) {
  ThreadPool pool(2);
  EXPECT_EQ(pool.apply([&] { return pool.delayed(sum)(pool.delayed(plus_one).map(numbers(100))).compute(); }), 5050);
}

TEST(DelayedInATask, MayNotBeComputedByACallOfItsOwn) {
  SerialPool pool;
  static const Delayed<int>* outer = nullptr;
  const auto inner = pool.delayed(plus_one)(1).name("inner");
  const auto call = pool.delayed([](int) { return outer->compute(); })(inner).name("outer");
  outer = &call;
  const auto outcomes = try_compute(std::vector{call});
  EXPECT_NE(outcomes[0].message().find("the delayed call 'outer' is being computed already"), std::string::npos)
      << outcomes[0].message();
  EXPECT_EQ(inner.compute(), 2);
}

TEST(DelayedErrors, OfTypesThatNobodyKnowsStayAsTheyWereThrownInAThread) {
  struct Own {
    int number;
  };
  ThreadPool pool(1);
  const auto call = pool.delayed(plus_one)(pool.delayed([](int number) -> int { throw Own{number}; })(3));
  try {
    call.compute();
    FAIL() << "no error";
  } catch (const Own& error) {
    EXPECT_EQ(error.number, 3);
  }
}

struct Final final : std::exception {
  const char* what() const noexcept override { return "final"; }
};
struct OwnCategory final : std::error_category {
  const char* name() const noexcept override { return "own"; }
  std::string message(int) const override { return "of its own"; }
};

TEST(DelayedErrors, KeepTheirTypeAndTheirCode) {
  register_exception<Final>();
  static const OwnCategory category;
  ThreadPool pool(1);
  EXPECT_THROW(pool.delayed([](int) -> int { throw Final(); })(3).compute(), Final);
  try {
    pool.delayed([](int) -> int { throw std::system_error(7, category); })(3).compute();
    FAIL() << "no error";
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code(), std::error_code(7, category));
  }
  try {
    pool.delayed([](int) -> int { throw std::system_error(ENOENT, std::generic_category()); })(3).name("it").compute();
    FAIL() << "no error";
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code(), std::errc::no_such_file_or_directory);
    EXPECT_NE(describe(std::current_exception()).find("in the delayed call 'it'"), std::string::npos);
  }
}

TEST(DelayedErrors, LeaveTheMiddleOfALongWayOut) {
  SerialPool pool;
  auto chain = pool.delayed(refuse)(1).name("0");
  for (int number = 1; number != 21; ++number) chain = pool.delayed(plus_one)(chain).name(std::to_string(number));
  const std::string text = try_compute(std::vector{chain})[0].message();
  EXPECT_NE(text.find("in the delayed call '0', which '1' needs, which '2' needs, which '3' needs, which '4' needs, "
                      "which 12 others in a row need, the last of which '17' needs, which '18' needs, which '19' "
                      "needs, which '20' needs"),
            std::string::npos)
      << text;
}

}  // namespace
}  // namespace multiprocessing::tests::delayed_graph_test
