// SPDX-License-Identifier: MIT
#include <multiprocessing/pool.hpp>

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "failure/own_file.hpp"
#include "support/child_process.hpp"
#include "support/deadline.hpp"
#include "support/processes.hpp"
#include "support/shared.hpp"

// As daemons do: a program that has a pool closes what it has not opened itself, and opens files of its own, which get
// the numbers.
namespace multiprocessing::tests::closed_descriptors_test {
namespace {

using namespace std::chrono_literals;

int negative(int number) { return -number; }

// The answer, or an error that says what the program has done.
void expect_an_end(const std::function<void()>& call) {
  try {
    call();
  } catch (const BrokenPool& error) {
    EXPECT_NE(std::string(error.what()).find("the program has closed"), std::string::npos) << error.what();
  }
}

void expect_calls_to_end(Pool& pool) {
  for (int round = 0; round != 2; ++round) {
    expect_an_end([&] { EXPECT_EQ(pool.map(negative, {1, 2, 3}), (std::vector{-1, -2, -3})); });
    expect_an_end([&] { EXPECT_EQ(pool.apply_async(negative, 4).get(), -4); });
    // Long enough for whoever waits to be asleep.
    expect_an_end([&] { EXPECT_EQ(pool.apply([] { return usleep(5'000), 5; }), 5); });
  }
}

Event* begun;
Event* go_on;

int wait_for_go_on() {
  begun->happen();
  go_on->wait();
  return 7;
}

// What a pool and its program do before, while and after `close` closes descriptors of it.
using Life = void (*)(Pool& pool, const std::function<void()>& close);

void is_idle(Pool& pool, const std::function<void()>& close) {
  pool.map(negative, {1, 2, 3});
  close();
  expect_calls_to_end(pool);
}

void has_done_nothing(Pool& pool, const std::function<void()>& close) {
  close();
  expect_calls_to_end(pool);
}

void runs_something(Pool& pool, const std::function<void()>& close) {
  auto running = pool.apply_async(wait_for_go_on);
  begun->wait();
  close();
  go_on->happen();
  expect_an_end([&] { EXPECT_EQ(running.get(), 7); });
  expect_calls_to_end(pool);
}

void loses_its_workers(Pool& pool, const std::function<void()>& close) {
  const std::vector<pid_t> workers = pool.worker_pids();
  close();
  for (const pid_t worker : workers) kill(worker, SIGKILL);
  // Time for replacements, which must ring nobody else's files. Perhaps nobody is told of the deaths.
  eventually([&] { return pool.worker_pids() != workers; }, 1s);
  expect_calls_to_end(pool);
}

void is_waited_for(Pool& pool, const std::function<void()>& close) {
  auto running = pool.apply_async(wait_for_go_on);
  begun->wait();
  std::atomic<bool> waits = false;
  std::thread waiter([&] {
    waits = true;
    expect_an_end([&] { EXPECT_EQ(running.get(), 7); });
  });
  while (!waits) std::this_thread::yield();
  close();
  go_on->happen();
  waiter.join();
  expect_calls_to_end(pool);
}

void is_half_read(Pool& pool, const std::function<void()>& close) {
  std::vector<int> numbers(1000);
  auto results = pool.imap(negative, numbers);
  auto result = results.begin();
  close();
  expect_an_end([&] {
    for (std::size_t count = 0; count != numbers.size(); ++count, ++result) EXPECT_EQ(*result, 0);
  });
  expect_calls_to_end(pool);
}

void is_destroyed(Pool& pool, const std::function<void()>& close) {
  pool.map(negative, {1, 2, 3});
  close();
}

void is_destroyed_after_an_asynchronous_call(Pool& pool, const std::function<void()>& close) {
  pool.apply_async(negative, 1).get();
  close();
}

void is_destroyed_while_something_runs(Pool& pool, const std::function<void()>& close) {
  auto running = pool.apply_async(wait_for_go_on);
  begun->wait();
  close();
}

void is_closed_and_destroyed(Pool& pool, const std::function<void()>& close) {
  auto running = pool.apply_async(negative, 1);
  pool.close();
  close();
}

// A program that has a pool: every call ends, and the scope, and no process is left.
void live(StartMethod method, Life life, const std::function<void(const std::vector<int>& ours)>& close) {
  const Shared<Event> has_begun;
  const Shared<Event> goes_on;
  begun = has_begun.get();
  go_on = goes_on.get();
  std::vector<pid_t> processes;
  {
    const std::vector<int> before = open_descriptors();
    Pool pool(PoolOptions{.processes = 2, .start_method = method});
    processes = pool.worker_pids();
    for (const pid_t child : children_of(getpid())) processes.push_back(child);
    life(pool, [&] { close(opened_since(before)); });
  }
  EXPECT_TRUE(children_of(getpid()).empty());
  for (const pid_t process : processes) EXPECT_TRUE(ends_within(process, 2s * patience)) << describe_process(process);
}

struct Case {
  StartMethod method;
  Life life;
  const char* name;
};

class DescriptorsOf : public testing::TestWithParam<Case> {};

TEST_P(DescriptorsOf, ThatAreAllClosedAreAClearErrorAndAnEnd) {
  const ChildResult child =
      run_in_child([] { live(GetParam().method, GetParam().life, [](const std::vector<int>&) { close_all(); }); });
  EXPECT_EQ(child.exit_code, 0) << child;
}

// A life for each of our descriptors.
void expect_to_live_without_each(const std::function<void(int ours)>& close, const std::function<void()>& check) {
  std::size_t count = 1;
  for (std::size_t closed = 0; closed != count; ++closed) {
    const Shared<std::size_t> ours_count;
    const ChildResult child = run_in_child([&] {
      live(DescriptorsOf::GetParam().method, DescriptorsOf::GetParam().life, [&](const std::vector<int>& ours) {
        *ours_count = ours.size();  // where a worker is being replaced, there are fewer for a moment
        if (closed < ours.size()) close(ours[closed]);
      });
      check();
    });
    EXPECT_EQ(child.exit_code, 0) << closed << " of " << *ours_count << ": " << child;
    count = std::max<std::size_t>(count, *ours_count);
  }
}

TEST_P(DescriptorsOf, WhenOneOfThemIsClosedAreAnAnswerOrAClearErrorAndAnEnd) {
  expect_to_live_without_each([](int ours) { close(ours); }, [] {});
}

TEST_P(DescriptorsOf, OneWhoseNumberTheProgramHasForItsOwnFileLeavesThatAlone) {
  std::optional<OwnFile> own;
  const auto replace = [&](int ours) { own.emplace(OwnFile::Kind::file).take_number(ours); };
  expect_to_live_without_each(replace, [&] { own->expect_to_be_untouched(); });
}

TEST_P(DescriptorsOf, WhoseNumbersTheProgramHasForItsOwnFilesLeaveThoseAlone) {
  using enum OwnFile::Kind;
  for (const OwnFile::Kind kind : {file, pipe, eventfd, epoll}) {
    const ChildResult child = run_in_child([kind] {
      std::optional<OwnFile> own;
      live(GetParam().method, GetParam().life, [&](const std::vector<int>& ours) {
        close_all();
        own.emplace(kind);
        for (const int number : ours) own->take_number(number);
      });
      own->expect_to_be_untouched();
    });
    EXPECT_EQ(child.exit_code, 0) << static_cast<int>(kind) << ": " << child;
  }
}

TEST(ClosedDescriptors, AreToldToAThreadThatWaitsForWhatNeverEnds) {
  for (const StartMethod method : {StartMethod::forkserver, StartMethod::fork}) {
    const ChildResult child = run_in_child([method] {
      live(
          method,
          [](Pool& pool, const std::function<void()>& close) {
            auto running = pool.apply_async(wait_for_go_on);
            begun->wait();
            std::thread waiter([&] { EXPECT_THROW(running.get(), BrokenPool); });
            close();
            waiter.join();
          },
          [](const std::vector<int>&) { close_all(); });
    });
    EXPECT_EQ(child.exit_code, 0) << child;
  }
}

// The new one has the numbers of the old one.
TEST(ClosedDescriptors, OfAnOldPoolAreNotTakenFromANewOne) {
  for (const StartMethod method : {StartMethod::forkserver, StartMethod::fork, StartMethod::spawn}) {
    const ChildResult child = run_in_child([method] {
      const PoolOptions options{.processes = 2, .start_method = method};
      auto old = std::make_unique<Pool>(options);
      close_all();
      Pool pool(options);
      EXPECT_THROW(old->map(negative, {1}), BrokenPool);
      old.reset();
      EXPECT_EQ(pool.map(negative, {1, 2, 3}), (std::vector{-1, -2, -3}));
      EXPECT_EQ(pool.apply_async(negative, 4).get(), -4);
    });
    EXPECT_EQ(child.exit_code, 0) << child;
  }
}

std::vector<Case> cases() {
  std::vector<Case> cases;
  for (const StartMethod method : {StartMethod::forkserver, StartMethod::fork}) {
    for (const auto& [life, name] : {std::pair<Life, const char*>(is_idle, "IsIdle"),
                                     {has_done_nothing, "HasDoneNothing"},
                                     {runs_something, "RunsSomething"},
                                     {loses_its_workers, "LosesItsWorkers"},
                                     {is_waited_for, "IsWaitedFor"},
                                     {is_half_read, "IsHalfRead"},
                                     {is_destroyed, "IsDestroyed"},
                                     {is_destroyed_after_an_asynchronous_call, "IsDestroyedAfterAnAsynchronousCall"},
                                     {is_destroyed_while_something_runs, "IsDestroyedWhileSomethingRuns"},
                                     {is_closed_and_destroyed, "IsClosedAndDestroyed"}}) {
      cases.push_back({method, life, name});
    }
  }
  return cases;
}

INSTANTIATE_TEST_SUITE_P(APoolThat, DescriptorsOf, testing::ValuesIn(cases()), [](const auto& instance) {
  return instance.param.name + std::string(instance.param.method == StartMethod::fork ? "ByFork" : "ByForkServer");
});

}  // namespace
}  // namespace multiprocessing::tests::closed_descriptors_test
