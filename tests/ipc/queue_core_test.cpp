// SPDX-License-Identifier: MIT
#include "ipc/queue_core.hpp"

#include <multiprocessing/errors.hpp>

#include <gtest/gtest.h>
#include <signal.h>

#include <fstream>
#include <string>

#include "ipc/small_queue.hpp"
#include "support/child_process.hpp"
#include "support/deadline.hpp"
#include "support/processes.hpp"
#include "support/shared.hpp"

namespace multiprocessing::tests::queue_core_test {
namespace {

using namespace std::chrono_literals;
constexpr detail::Deadline now = detail::Deadline::min();

// Of shared memory, that this process has touched and that is there.
std::size_t touched_kilobytes() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("RssShmem:")) return std::stoul(line.substr(9));
  }
  return 0;
}
bool sleeps(const ChildProcess& child) {
  return eventually([&] { return describe_process(child.pid()).find(", S)") != std::string::npos; });
}

TEST(QueueCore, ThatIsFullOfBytesIsFull) {
  SmallQueue queue;
  queue.put(text_of(3'000));
  EXPECT_THROW(queue.put(text_of(2'100), now), Full);
  EXPECT_EQ(queue.core.qsize(), 1);
  queue.put(text_of(1'000), now);
  queue.put(text_of(2'000), now);
  EXPECT_THROW(queue.put(text_of(1'100), now), Full);
  EXPECT_EQ(queue.get(), text_of(3'000));
  EXPECT_THROW(queue.put(text_of(2'100), now), Full);
  EXPECT_EQ(queue.get(), text_of(1'000));
  queue.put(text_of(2'100), now);
  EXPECT_EQ(queue.get(), text_of(2'000));
  EXPECT_EQ(queue.get(), text_of(2'100));
}

TEST(QueueCore, KeepsEverySizeAtEveryPlace) {
  SmallQueue queue;
  for (std::size_t size = 0; size <= 4'080; ++size) {
    queue.put(text_of(size));
    queue.put(text_of(2));
    ASSERT_EQ(queue.get(), text_of(size));
    ASSERT_EQ(queue.get(), text_of(2));
  }
}

TEST(QueueCore, StaysInItsFirstSegmentsWhileItHoldsLittle) {
  const std::size_t before = touched_kilobytes();
  SmallQueue queue({.first_bits = 12, .segments = 14});
  queue.put(text_of(1));
  for (std::size_t round = 0; round != 50'000; ++round) {
    queue.put(text_of(round % 1000));
    ASSERT_EQ(queue.get(), text_of(round == 0 ? 1 : (round - 1) % 1000));
  }
  EXPECT_LT(touched_kilobytes(), before + 40);
}

TEST(QueueCore, GivesTheMemoryOfABurstBack) {
  const std::size_t before = touched_kilobytes();
  SmallQueue queue({.kept_segments = 2});
  const std::string text = text_of(1 << 20);
  for (int message = 0; message != 40; ++message) queue.put(text);
  EXPECT_GE(touched_kilobytes(), before + 40 * 1024);
  for (int message = 0; message != 40; ++message) ASSERT_EQ(queue.get(), text);
  EXPECT_LT(touched_kilobytes(), before + 40);
}

TEST(QueueCore, StreamsMessagesLargerThanItsRing) {
  SmallQueue queue;
  ChildProcess putter([&] {
    for (std::size_t size : {4'089U, 5'000U, 6'000U, 100'000U, 3'000'000U, 8U}) queue.put(text_of(size));
  });
  for (std::size_t size : {4'089U, 5'000U, 6'000U, 100'000U, 3'000'000U, 8U}) ASSERT_TRUE(queue.get() == text_of(size));
  EXPECT_EQ(putter.wait().exit_code, 0);
}

TEST(QueueCore, ALargeMessageThatNobodyGetsIsGivenUpAtItsDeadline) {
  SmallQueue queue;
  EXPECT_THROW(queue.put(text_of(10'000), now), Full);
  EXPECT_THROW(queue.put(text_of(10'000), detail::deadline_after(5ms)), Full);
  EXPECT_EQ(queue.core.qsize(), 0);
  EXPECT_THROW(queue.get(now), Empty);
  queue.put("next");
  EXPECT_EQ(queue.core.qsize(), 1);
  EXPECT_EQ(queue.get(), "next");
}

TEST(QueueCore, AGetterThatWaitsForTheRestOfADeadPuttersMessageGoesOn) {
  SmallQueue queue;
  ChildProcess putter([&] { queue.put(text_of(10'000)); });
  ASSERT_TRUE(sleeps(putter));  // until its first piece is taken
  putter.kill(SIGSTOP);
  const Shared<Event> begins;
  ChildProcess getter([&] {
    begins->happen();
    EXPECT_EQ(queue.get(), "next");
  });
  begins->wait();
  ASSERT_TRUE(sleeps(getter));  // until the second one comes
  putter.kill(SIGKILL);
  EXPECT_EQ(putter.wait().signal, SIGKILL);
  queue.put("next");
  EXPECT_EQ(getter.wait().exit_code, 0);
}

TEST(QueueCore, ADeadPuttersMessageDoesNotKeepAGetterBeyondItsDeadline) {
  SmallQueue queue;
  ChildProcess putter([&] { queue.put(text_of(10'000)); });
  ASSERT_TRUE(sleeps(putter));
  putter.kill(SIGKILL);
  EXPECT_EQ(putter.wait().signal, SIGKILL);
  EXPECT_THROW(queue.get(detail::deadline_after(5ms)), Empty);
  queue.put("next");
  EXPECT_EQ(queue.get(), "next");
}

TEST(QueueCore, WhatADeadGetterLeftOfAMessageIsDropped) {
  SmallQueue queue;
  ChildProcess putter([&] {
    queue.put(text_of(10'000));
    queue.put("next");
  });
  ASSERT_TRUE(sleeps(putter));
  putter.kill(SIGSTOP);
  const Shared<Event> begins;
  ChildProcess getter([&] {
    begins->happen();
    queue.get();
  });
  begins->wait();
  ASSERT_TRUE(sleeps(getter));
  getter.kill(SIGKILL);
  EXPECT_EQ(getter.wait().signal, SIGKILL);
  putter.kill(SIGCONT);
  EXPECT_EQ(queue.get(), "next");
  EXPECT_EQ(putter.wait().exit_code, 0);
  EXPECT_EQ(queue.core.qsize(), 0);
}

}  // namespace
}  // namespace multiprocessing::tests::queue_core_test
