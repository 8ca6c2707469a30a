// SPDX-License-Identifier: MIT
// The lines of the guide's table "Coming from Python", as they stand there.
#include <multiprocessing/multiprocessing.hpp>
#include <multiprocessing/pool.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <numeric>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

namespace mp = multiprocessing;
using namespace std::chrono_literals;

namespace {

int f(int number, const std::string& text) { return number + static_cast<int>(text.size()); }
int g(int number) { return 2 * number; }
void connect(const std::string&) {}
double sample(int size) { return size; }
double mean(const std::vector<double>& samples) { return (samples.front() + samples.back()) / 2; }
int add(const std::vector<int>& numbers) { return std::accumulate(numbers.begin(), numbers.end(), 0); }

const std::vector<int> items{1, 2, 3};
const std::vector<int> doubled{2, 4, 6};

}  // namespace

TEST(FromPython, PoolsAreMade) {
  const std::string name = "somewhere";
  {
    mp::Pool pool;
    EXPECT_EQ(pool.processes(), mp::process_cpu_count());
  }
  {
    mp::Pool pool(4);
    EXPECT_EQ(pool.processes(), 4);
  }
  {
    mp::Pool pool({.initializer = [&] { connect(name); }});
    EXPECT_EQ(pool.map(g, items), doubled);
  }
  {
    mp::Pool pool({.processes = 4, .start_method = mp::StartMethod::fork});
    EXPECT_EQ(pool.map(g, items), doubled);
  }
  {
    mp::Pool pool({.processes = 4, .start_method = mp::StartMethod::spawn});
    EXPECT_EQ(pool.map(g, items), doubled);
  }
  {
    mp::Pool pool({.processes = 4, .max_tasks_per_child = 100});
    EXPECT_EQ(pool.map(g, items), doubled);
  }
  {
    mp::ThreadPool pool(4);
    EXPECT_EQ(pool.map(g, items), doubled);
  }
}

TEST(FromPython, OneCall) {
  mp::Pool pool(2);

  EXPECT_EQ(pool.apply(f, 2, "two"), 5);
  auto result = pool.apply_async(f, 2, "two");
  EXPECT_TRUE(result.wait(20s));
  EXPECT_TRUE(result.ready());
  EXPECT_TRUE(result.successful());
  EXPECT_EQ(result.get(), 5);
  result = pool.apply_async(f, 2, "two");
  EXPECT_EQ(result.get(20s), 5);
  result = pool.apply_async(f, 2, "two");
  EXPECT_NO_THROW(result.wait(2s));
  try {
    result.get(2s);
  } catch (const mp::TimeoutError&) {
    // A loaded machine: the line compiles.
  }
}

TEST(FromPython, CallbacksHearOfTheEnd) {
  int given = 0;
  const auto done = [&](int value) { given = value; };
  const auto failed = [&](const std::exception_ptr&) { given = -1; };
  mp::Pool pool(2);

  auto result = pool.apply_async(f, 2, "two").callback(done, failed);
  bool has_ended = false;
  const auto ended = [&] { has_ended = true; };
  result.when_done(ended);
  EXPECT_EQ(result.get(), 5);

  EXPECT_EQ(given, 5);
  EXPECT_TRUE(has_ended);
}

TEST(FromPython, ResultsComeAsTheyEnd) {
  mp::Pool pool(2);
  std::vector<mp::AsyncResult<int>> results;
  std::vector<mp::AsyncResult<int>> futures;
  for (int item : items) {
    results.push_back(pool.apply_async(g, item));
    futures.push_back(pool.apply_async(g, item));
  }
  int sum = 0;
  for (auto& outcome : mp::as_completed(std::move(results))) sum += outcome.value();
  EXPECT_EQ(sum, 12);

  mp::AsCompleted<int> left(std::move(futures));
  try {
    left.next(2s);
    EXPECT_EQ(left.size(), 2U);
  } catch (const mp::TimeoutError&) {
    // A loaded machine: the line compiles.
  }
}

TEST(FromPython, CallsThatWillBeMade) {
  EXPECT_EQ(mp::Pool(4).map(g, items), doubled);
  mp::Pool pool(2);
  const std::vector<int> sizes{1, 2, 3};
  const auto parts = pool.delayed(g).map(items);

  auto call = pool.delayed(f)(2, "two");
  EXPECT_EQ(call.compute(), 5);
  const auto a = pool.delayed(g)(1);
  const auto b = pool.delayed(g)(a);
  EXPECT_EQ(mp::compute(a, b), (std::tuple<int, int>(2, 4)));
  EXPECT_EQ(mp::to_dot(call).substr(0, 9), "digraph {");
  EXPECT_EQ(pool.delayed(mean)(pool.delayed(sample).map(sizes)).compute(), 2);
  EXPECT_EQ(mp::tree_reduce(pool.delayed(add), parts, 8).compute(), 12);
}

TEST(FromPython, ManyCalls) {
  const std::vector<std::pair<int, std::string>> pairs{{1, "one"}, {2, "two"}};
  mp::Pool pool(2);

  EXPECT_EQ(pool.map(g, items), doubled);
  EXPECT_EQ(pool.map(g, items, 10), doubled);
  EXPECT_EQ(pool.map_async(g, items).get(), doubled);
  EXPECT_EQ((pool.starmap(f, {std::pair{1, "one"}, std::pair{2, "two"}})), (std::vector<int>{4, 5}));
  EXPECT_EQ(pool.starmap_async(f, pairs).get(), (std::vector<int>{4, 5}));
  const std::vector<int> numbers{1, 2};
  const std::vector<std::string> texts{"one", "two"};
  EXPECT_EQ(pool.starmap(f, mp::zip(numbers, texts)), (std::vector<int>{4, 5}));
  EXPECT_EQ(pool.map(mp::partial(f, 2), std::vector<std::string>{"two"}), (std::vector<int>{5}));
  EXPECT_EQ(pool.map([](int x) { return x + 1; }, items), (std::vector<int>{2, 3, 4}));
  const int y = 1;
  EXPECT_EQ(mp::fork_map([&](int x) { return x + y; }, items), (std::vector<int>{2, 3, 4}));
  try {
    EXPECT_EQ(pool.with({.timeout = 2s, .retries = 1}).map(g, items), doubled);
  } catch (const mp::DeadlineExceeded&) {
    // A loaded machine: the line compiles.
  }
}

TEST(FromPython, LazyCalls) {
  mp::Pool pool(2);

  std::vector<int> values;
  for (int value : pool.imap(g, items)) values.push_back(value);
  EXPECT_EQ(values, doubled);
  int sum = 0;
  for (int value : pool.imap_unordered(g, items, 10)) sum += value;
  EXPECT_EQ(sum, 12);
  auto results = pool.imap(g, items);
  EXPECT_EQ(results.next(20s), 2);
  try {
    results.next(2s);
  } catch (const mp::TimeoutError&) {
    // A loaded machine: the line compiles.
  }
}

TEST(FromPython, PoolsEnd) {
  {
    mp::Pool pool(2);
    pool.close();
    pool.join();
    EXPECT_THROW(pool.map(g, items), std::logic_error);
  }
  {
    mp::Pool pool(2);
    pool.terminate();
    EXPECT_THROW(pool.map(g, items), std::logic_error);
  }
}

TEST(FromPython, ProcessesOfOnesOwn) {
  mp::Process process(f, 2, "two");
  process.start();
  process.join();
  EXPECT_EQ(process.exitcode(), 0);
  EXPECT_NE(process.pid(), 0);
  process.close();

  const auto sleep = [] { std::this_thread::sleep_for(1h); };
  process = mp::Process(sleep);
  process.set_name("counter");
  process.set_daemon(true);
  EXPECT_EQ(process.name(), "counter");
  process.start();
  process.terminate();
  if (!process.join(2s)) process.kill();
  process.join();
  EXPECT_LT(process.exitcode(), 0);
}

TEST(FromPython, ProcessesThatOthersStarted) {
  const auto sleep = [] { std::this_thread::sleep_for(1h); };
  mp::Process p(sleep);
  mp::Process q([program = mp::current_process().pid()] {
    if (mp::parent_process()->pid() != program || mp::current_process().name().empty()) std::exit(1);
  });
  p.start();
  q.start();

  EXPECT_LE(mp::wait({p.sentinel(), q.sentinel()}, 2s).size(), 1U);
  q.join();
  EXPECT_EQ(q.exitcode(), 0);
  for (auto child : mp::active_children()) child.terminate();
  p.join();
  EXPECT_LT(p.exitcode(), 0);
}
