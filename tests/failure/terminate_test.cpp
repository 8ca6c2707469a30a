// SPDX-License-Identifier: MIT
#include <multiprocessing/pool.hpp>

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "support/deadline.hpp"
#include "support/processes.hpp"
#include "support/shared.hpp"

// Whatever its workers do, terminate() ends them within two seconds, and what was pending is CancelledError.
namespace multiprocessing::tests::terminate_test {
namespace {

using namespace std::chrono_literals;

Event* begun = nullptr;

class Terminate : public ::testing::Test {
 protected:
  Terminate() { begun = event_.get(); }

  // terminate() itself, and that each of the workers has gone when it returns.
  static void expect_to_end(Pool& pool) {
    const std::vector<pid_t> workers = pool.worker_pids();
    const auto before = std::chrono::steady_clock::now();
    pool.terminate();
    EXPECT_LT(std::chrono::steady_clock::now() - before, 2s * patience);
    for (const pid_t worker : workers) EXPECT_FALSE(is_alive(worker)) << describe_process(worker);
    EXPECT_TRUE(pool.join(10s * patience));
  }

 private:
  Shared<Event> event_;
};

void sleep_for_ever() {
  begun->happen();
  while (true) pause();
}

TEST_F(Terminate, EndsTenThousandSleepingTasksEachWithAnError) {
  Pool pool(2);
  std::vector<AsyncResult<void>> each;
  for (int number = 0; number != 10'000; ++number) each.push_back(pool.apply_async(sleep_for_ever));
  auto together = pool.map_async([](int) { sleep_for_ever(); }, std::vector<int>(10'000));
  auto lazily = pool.try_imap([](int) { sleep_for_ever(); }, std::vector<int>(100), 1, 50);
  begun->wait();

  expect_to_end(pool);

  for (auto& result : each) EXPECT_THROW(result.get(0s), CancelledError);
  EXPECT_THROW(together.get(0s), CancelledError);
  int cancelled = 0;
  for (const auto& outcome : lazily) cancelled += outcome.error_as<CancelledError>() != nullptr ? 1 : 0;
  EXPECT_GE(cancelled, 1);  // then it reads no further
  EXPECT_EQ(pool.stats().queued, 0U);
}

TEST_F(Terminate, EndsWorkersThatIgnoreOrBlockWhatCanBeIgnored) {
  Pool pool({.processes = 2, .initializer = [] {
               for (const int number : {SIGTERM, SIGINT, SIGHUP, SIGQUIT}) signal(number, SIG_IGN);
               sigset_t all;
               sigfillset(&all);
               sigprocmask(SIG_SETMASK, &all, nullptr);
             }});
  auto results = pool.map_async([](int) { sleep_for_ever(); }, std::vector<int>(100), 1);
  begun->wait();

  expect_to_end(pool);

  EXPECT_THROW(results.get(0s), CancelledError);
}

TEST_F(Terminate, EndsStoppedWorkersAndWhatTheirTasksStarted) {
  const Shared<std::atomic<pid_t>> child_of_task;
  static std::atomic<pid_t>* child;
  child = child_of_task.get();
  Pool pool(2);
  auto results = pool.map_async(
      [](int item) {
        if (item == 0) {
          const pid_t pid = fork();
          if (pid == 0) raise(SIGSTOP), _exit(0);
          *child = pid;
        }
        sleep_for_ever();
      },
      {0, 1, 2, 3}, 1);
  begun->wait();
  begun->wait();
  for (const pid_t worker : pool.worker_pids()) kill(worker, SIGSTOP);

  expect_to_end(pool);

  EXPECT_THROW(results.get(0s), CancelledError);
  EXPECT_TRUE(ends_within(*child, 100ms * patience)) << describe_process(*child);
}

// A server that does not answer is ended by the pool itself, and the kernel ends its workers.
TEST_F(Terminate, EndsInTimeAlthoughTheForkServerIsStopped) {
  Pool pool(2);
  auto results = pool.map_async([](int) { sleep_for_ever(); }, std::vector<int>(100), 1);
  begun->wait();
  const std::vector<pid_t> children = children_of(getpid());
  ASSERT_EQ(children.size(), 1U);
  kill(children[0], SIGSTOP);

  const auto before = std::chrono::steady_clock::now();
  pool.terminate();
  EXPECT_LT(std::chrono::steady_clock::now() - before, 2500ms * patience);

  EXPECT_THROW(results.get(0s), CancelledError);
  EXPECT_TRUE(children_of(getpid()).empty());
}

TEST_F(Terminate, FromACallbackEndsWhatIsPending) {
  Pool pool(2);
  auto pending = pool.apply_async(sleep_for_ever);
  begun->wait();
  std::vector<AsyncResult<void>> queued;
  std::atomic<int> told = 0;
  std::promise<void> terminated;
  auto result = pool.apply_async([] {}).callback([&] {
    for (int number = 0; number != 100; ++number) {
      queued.push_back(pool.apply_async(sleep_for_ever));
      queued.back().error_callback([&](const std::exception_ptr&) { ++told; });
    }
    expect_to_end(pool);
    terminated.set_value();
  });

  ASSERT_EQ(terminated.get_future().wait_for(20s * patience), std::future_status::ready);
  result.get();

  EXPECT_THROW(pending.get(0s), CancelledError);
  for (auto& each : queued) EXPECT_THROW(each.get(10s * patience), CancelledError);
  EXPECT_EQ(told, 100);
}

// Takes for ever to send: it waits, in the middle, until the other end is gone.
struct LargeMessage {
  enum class Waits { never, encoding, decoding };
  Waits waits = Waits::never;

  template <class Archive>
  void save(Archive& archive) const {
    archive(static_cast<int>(waits), std::string(4'000'000, 'a'));
    if (waits == Waits::encoding && worker_index()) sleep_for_ever();
    archive(std::string(4'000'000, 'b'));
  }
  template <class Archive>
  void load(Archive& archive) {
    int number = 0;
    std::string half;
    archive(number, half);
    waits = static_cast<Waits>(number);
    if (waits == Waits::decoding && worker_index()) sleep_for_ever();
    archive(half);
  }
};

TEST_F(Terminate, EndsLargeMessagesHalfwayInEitherDirection) {
  for (const auto waits : {LargeMessage::Waits::decoding, LargeMessage::Waits::encoding}) {
    Pool pool(2);
    std::thread caller([&] {
      const auto same = [](LargeMessage message) { return message; };
      EXPECT_THROW(pool.map(same, std::vector<LargeMessage>(4, LargeMessage{waits}), 1), CancelledError);
    });
    begun->wait();
    begun->wait();

    expect_to_end(pool);
    caller.join();
  }
}

// Not at a point that the test chose, but at any.
TEST_F(Terminate, EndsAStreamOfLargeMessagesAtAnyMoment) {
  for (int round = 0; round != 20; ++round) {
    Pool pool(2);
    auto results = pool.map_async([](std::string text) { return text + text; },
                                  std::vector<std::string>(20, std::string(1'000'000, 'x')), 1);
    results.wait(std::chrono::microseconds(round * 500));

    expect_to_end(pool);

    try {
      EXPECT_EQ(results.get(0s).size(), 20U);
    } catch (const CancelledError&) {
    }
  }
}

TEST_F(Terminate, TwiceOrFromTwoThreadsReturnsWhenTheWorkersAreGone) {
  for (int round = 0; round != 2; ++round) {
    Pool pool({.processes = 2, .initializer = [] { signal(SIGTERM, SIG_IGN); }});  // so that it takes its time
    auto results = pool.map_async([](int) { sleep_for_ever(); }, std::vector<int>(100), 1);
    begun->wait();
    const std::vector<pid_t> workers = pool.worker_pids();
    const auto terminate = [&] {
      pool.terminate();
      for (const pid_t worker : workers) EXPECT_FALSE(is_alive(worker)) << describe_process(worker);
    };
    const auto before = std::chrono::steady_clock::now();
    std::thread other(terminate);
    terminate();
    other.join();
    terminate();
    EXPECT_LT(std::chrono::steady_clock::now() - before, 2s * patience);
    EXPECT_THROW(results.get(0s), CancelledError);
  }
}

}  // namespace
}  // namespace multiprocessing::tests::terminate_test
