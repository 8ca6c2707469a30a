// SPDX-License-Identifier: MIT
#include <multiprocessing/queue.hpp>

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <iostream>
#include <memory>
#include <random>
#include <thread>

#include "support/child_process.hpp"
#include "support/deadline.hpp"
#include "support/processes.hpp"
#include "support/settings.hpp"
#include "support/shared.hpp"

namespace multiprocessing::tests {
namespace {

using namespace std::chrono_literals;

bool sleeps(const ChildProcess& child) {
  return eventually([&] { return describe_process(child.pid()).find(", S)") != std::string::npos; });
}
void kill_and_reap(ChildProcess& child) {
  child.kill(SIGKILL);
  EXPECT_EQ(child.wait().signal, SIGKILL);
}

TEST(QueueDeaths, AGetterThatIsKilledWhileItWaitsIsNotMissed) {
  Queue<int> queue;
  ChildProcess killed([&] { queue.get(); });
  ASSERT_TRUE(sleeps(killed));
  ChildProcess behind_it([&] { EXPECT_EQ(queue.get(), 1); });
  ASSERT_TRUE(sleeps(behind_it));
  kill_and_reap(killed);
  queue.put(1);
  EXPECT_EQ(behind_it.wait().exit_code, 0);
  EXPECT_THROW(queue.get_nowait(), Empty);
}

TEST(QueueDeaths, APutterThatIsKilledWhileItWaitsForRoomIsNotMissed) {
  Queue<int> queue(1);
  queue.put(1);
  ChildProcess killed([&] { queue.put(2); });
  ASSERT_TRUE(sleeps(killed));
  ChildProcess behind_it([&] { queue.put(3); });
  ASSERT_TRUE(sleeps(behind_it));
  kill_and_reap(killed);
  EXPECT_EQ(queue.get(), 1);
  EXPECT_EQ(queue.get(), 3);
  EXPECT_EQ(behind_it.wait().exit_code, 0);
}

// What is larger than a queue holds is streamed from process to process.
TEST(QueueDeaths, AGetterOfAMessageInTheMiddleOfWhichThePutterIsKilledGoesOn) {
  Queue<std::vector<char>> queue;
  ChildProcess putter([&] { queue.put(std::vector<char>(std::size_t{300} << 20)); });
  ASSERT_TRUE(sleeps(putter));
  putter.kill(SIGSTOP);
  ChildProcess getter([&] { EXPECT_EQ(queue.get(), std::vector<char>(3)); });
  ASSERT_TRUE(sleeps(getter));
  kill_and_reap(putter);
  queue.put(std::vector<char>(3));
  EXPECT_EQ(getter.wait().exit_code, 0);
}

TEST(QueueDeaths, APutterOfAMessageInTheMiddleOfWhichTheGetterIsKilledGoesOn) {
  Queue<std::vector<char>> queue;
  ChildProcess putter([&] {
    queue.put(std::vector<char>(std::size_t{300} << 20));
    queue.put(std::vector<char>(3));
  });
  ASSERT_TRUE(sleeps(putter));
  putter.kill(SIGSTOP);
  ChildProcess getter([&] { queue.get(); });
  ASSERT_TRUE(sleeps(getter));
  kill_and_reap(getter);
  putter.kill(SIGCONT);
  EXPECT_EQ(queue.get(), std::vector<char>(3));
  EXPECT_EQ(putter.wait().exit_code, 0);
}

TEST(QueueDeaths, TheQueueIsThereWithoutTheProcessThatMadeIt) {
  Queue<std::string> results;
  ChildProcess maker([&] {
    Queue<std::string> queue;
    queue.put("hello");
    if (fork() == 0) {
      results.put(queue.get());
      _exit(0);
    }
    _exit(0);
  });
  EXPECT_EQ(maker.wait().exit_code, 0);
  EXPECT_EQ(results.get(), "hello");
}

// Putters put the numbers 0, 1, 2, … each, and say before each what it will be; getters say what they got. Anybody is
// killed at any time, and replaced. So each message arrives at most once, in its putter's order; and for each death at
// most one is missing.
struct Message {
  std::size_t putter = 0;
  std::uint32_t number = 0;
  std::string load;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(putter, number, load);
  }
};
constexpr std::size_t most_putters = 4'000;
constexpr std::size_t most_messages = 2'000;
struct Ledger {
  std::array<std::atomic<std::uint32_t>, most_putters> put;
  std::array<std::array<std::atomic<std::uint8_t>, most_messages>, most_putters> got;
};

TEST(QueueDeaths, AtAnyTimeLoseAtMostOneMessageEach) {
  const std::chrono::seconds limit(setting("MULTIPROCESSING_SOAK_SECONDS", 4));
  set_deadline(limit + 60s * patience);
  const auto seed = setting("MULTIPROCESSING_SOAK_SEED", std::random_device()());
  SCOPED_TRACE("MULTIPROCESSING_SOAK_SEED=" + std::to_string(seed));
  std::mt19937_64 random(seed);
  const Shared<Ledger> ledger;
  Queue<Message> queue(8);
  std::size_t putters = 0;
  const auto make_putter = [&] {
    return std::make_unique<ChildProcess>([&, putter = putters++] {
      for (std::uint32_t number = 0; number != most_messages; ++number) {
        queue.put({putter, number, std::string(number % 7 == 0 ? 50'000 : number % 100, 'x')});
        ledger->put[putter] = number + 1;
      }
      pause();
    });
  };
  const auto make_getter = [&] {
    return std::make_unique<ChildProcess>([&] {
      while (true) {
        const Message message = queue.get();
        ASSERT_EQ(message.load.size(), message.number % 7 == 0 ? 50'000 : message.number % 100);
        ++ledger->got[message.putter][message.number];
      }
    });
  };
  std::array<std::unique_ptr<ChildProcess>, 4> children{make_putter(), make_putter(), make_getter(), make_getter()};
  std::size_t deaths = 0;
  const auto end = std::chrono::steady_clock::now() + limit;
  while (std::chrono::steady_clock::now() < end && putters + 2 < most_putters) {
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 3'000));
    const std::size_t which = random() % children.size();
    kill_and_reap(*children[which]);
    ++deaths;
    children[which] = which < 2 ? make_putter() : make_getter();
  }
  for (std::size_t which : {0U, 1U}) kill_and_reap(*children[which]), ++deaths;
  EXPECT_TRUE(eventually([&] { return queue.empty(); }));
  for (std::size_t which : {2U, 3U}) kill_and_reap(*children[which]), ++deaths;
  std::size_t missing = 0;
  std::size_t all = 0;
  for (std::size_t putter = 0; putter != putters; ++putter) {
    for (std::uint32_t number = 0; number != most_messages; ++number) {
      ASSERT_LE(ledger->got[putter][number], 1);
      ASSERT_TRUE(number <= ledger->put[putter] || ledger->got[putter][number] == 0);
      if (number < ledger->put[putter]) missing += 1U - ledger->got[putter][number], ++all;
    }
  }
  EXPECT_LE(missing, deaths);
  EXPECT_GT(all, deaths);
  std::cout << all << " messages, " << deaths << " deaths, " << missing << " messages missing\n";
  queue.put({0, 0, "still here"});
  EXPECT_EQ(queue.get().load, "still here");
}

}  // namespace
}  // namespace multiprocessing::tests
