// SPDX-License-Identifier: MIT
// What a queue takes of address space and of locked memory, and what it does where there is little.
#include <multiprocessing/errors.hpp>
#include <multiprocessing/queue.hpp>

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include <deque>
#include <fstream>
#include <random>
#include <string>
#include <system_error>

#include "ipc/small_queue.hpp"
#include "support/child_process.hpp"
#include "support/deadline.hpp"
#include "support/shared.hpp"

namespace multiprocessing::tests::queue_memory_test {
namespace {

using namespace std::chrono_literals;
constexpr detail::Deadline now = detail::Deadline::min();
constexpr long mib = 1024;  // KiB
const detail::QueueSettings usual{};

// Of this process, in KiB: VmSize, VmLck, …
long memory(const std::string& which) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(which + ":")) return std::stol(line.substr(which.size() + 1));
  }
  return 0;
}
void limit_address_space(long kilobytes) {
  rlimit limit{};
  ASSERT_EQ(::getrlimit(RLIMIT_AS, &limit), 0);
  limit.rlim_cur = static_cast<rlim_t>(kilobytes) * 1024;
  ASSERT_EQ(::setrlimit(RLIMIT_AS, &limit), 0);
}
void expect_to_succeed(const std::function<void()>& body) {
  if (patience != 1) GTEST_SKIP() << "a sanitizer takes address space as it likes";
  EXPECT_EQ(run_in_child(body).exit_code, 0);
}
void put_ten_and_get_them(const Queue<int>& queue) {
  for (int number = 0; number != 10; ++number) queue.put(number);
  for (int number = 0; number != 10; ++number) ASSERT_EQ(queue.get(), number);
}

TEST(QueueMemory, OfAQueueThatHoldsLittleIsLittleWhenAllIsLocked) {
  expect_to_succeed([] {
    if (::mlockall(MCL_FUTURE) != 0) return;
    const long before = memory("VmLck");
    const Queue<int> queue(10);
    put_ten_and_get_them(queue);
    EXPECT_LT(memory("VmLck"), before + 512);  // with what malloc took
  });
}

TEST(QueueMemory, OfABurstIsUnlockedWhenItIsTaken) {
  expect_to_succeed([] {
    SmallQueue queue({.kept_segments = 2});
    if (::mlockall(MCL_CURRENT | MCL_FUTURE) != 0) return;
    const std::string text = text_of(1 << 20);
    queue.put(text);
    queue.get();
    const long before = memory("VmLck");
    for (int message = 0; message != 20; ++message) queue.put(text);
    EXPECT_GT(memory("VmLck"), before + 20 * mib);
    EXPECT_GT(memory("RssShmem"), 20 * mib);
    for (int message = 0; message != 20; ++message) ASSERT_EQ(queue.get(), text);
    EXPECT_LT(memory("VmLck"), before + 4 * mib);
    EXPECT_LT(memory("RssShmem"), 512);
  });
}

TEST(QueueMemory, SixteenQueuesFitIntoFourGigabytes) {
  expect_to_succeed([] {
    limit_address_space(4'000'000);
    const long before = memory("VmSize");
    const std::deque<Queue<int>> queues(16);
    for (const Queue<int>& queue : queues) put_ten_and_get_them(queue);
    EXPECT_LT(memory("VmSize"), before + 2 * mib);
  });
}

TEST(QueueMemory, TwoHundredQueuesAreMadeWhereLittleIsToBeHad) {
  expect_to_succeed([] {
    limit_address_space(memory("VmSize") + 32 * mib);
    const std::deque<Queue<int>> queues(200);
    for (const Queue<int>& queue : queues) put_ten_and_get_them(queue);
  });
}

TEST(QueueMemory, WithoutAddressSpaceForTheLeastIsAnErrorThatNamesIt) {
  expect_to_succeed([] {
    limit_address_space(memory("VmSize"));
    try {
      const Queue<int> queue;
      ADD_FAILURE();
    } catch (const std::system_error& error) {
      EXPECT_EQ(error.code(), std::errc::not_enough_memory);
      EXPECT_NE(std::string(error.what()).find("bytes of shared memory"), std::string::npos) << error.what();
    }
  });
}

// Made before the limit is set, or after it.
void pass_a_large_message(bool is_limited_first) {
  const std::size_t size = std::size_t{100} << 20;
  const Shared<Event> is_there;
  expect_to_succeed([&] {
    detail::Bytes bytes;
    const std::string text = text_of(size);
    bytes.append(text.data(), text.size());
    if (is_limited_first) limit_address_space(memory("VmSize") + 6 * mib);
    SmallQueue queue(usual);
    ChildProcess getter([&] {
      limit_address_space(RLIM_INFINITY / 1024);
      EXPECT_TRUE(queue.get() == text_of(size));
      EXPECT_EQ(queue.get(), "next");
    });
    if (!is_limited_first) limit_address_space(memory("VmSize") + 6 * mib);
    queue.core.put(bytes, detail::never);
    queue.put("next");
    EXPECT_EQ(getter.wait().exit_code, 0);
  });
}
TEST(QueueMemory, ALargeMessagePassesWhereItDoesNotFit) { pass_a_large_message(false); }
TEST(QueueMemory, ALargeMessagePassesThroughAQueueThatWasMadeWhereItDoesNotFit) { pass_a_large_message(true); }

TEST(QueueMemory, PuttersWaitForGettersWhereNoMoreIsToBeHad) {
  expect_to_succeed([] {
    SmallQueue queue(usual);
    limit_address_space(memory("VmSize") + 4 * mib);
    std::size_t put = 0;
    std::size_t got = 0;
    const auto fill = [&] {
      try {
        while (true) queue.put(text_of(10'000 + put), now), ++put;
      } catch (const Full&) {
      }
    };
    for (std::size_t round = 0; round != 20; ++round) {
      fill();
      EXPECT_EQ(queue.core.qsize(), static_cast<int>(put - got));
      EXPECT_GT(put - got, std::size_t{40});
      EXPECT_LT(put - got, std::size_t{1'000});
      for (std::size_t message = 0; message != 30 + round; ++message, ++got)
        ASSERT_EQ(queue.get(), text_of(10'000 + got));
    }
  });
}

// The next of 10 MiB in segments that only another process has mapped.
TEST(QueueMemory, AMessageStaysInTheQueueForAGetterThatCanMapIt) {
  expect_to_succeed([] {
    SmallQueue queue(usual);
    const std::string text = text_of(std::size_t{10} << 20);
    ChildProcess putter([&] {
      queue.put(text);
      queue.put("next");
    });
    EXPECT_EQ(putter.wait().exit_code, 0);
    rlimit before{};
    ::getrlimit(RLIMIT_AS, &before);
    limit_address_space(memory("VmSize") + 2 * mib);
    try {
      queue.get();
      ADD_FAILURE();
    } catch (const std::system_error& error) {
      EXPECT_NE(std::string(error.what()).find("cannot map 33554432 bytes"), std::string::npos) << error.what();
    }
    EXPECT_EQ(queue.core.qsize(), 2);
    queue.put("last");  // into what this process has
    ::setrlimit(RLIMIT_AS, &before);
    EXPECT_TRUE(queue.get() == text);
    EXPECT_EQ(queue.get(), "next");
    EXPECT_EQ(queue.get(), "last");
  });
}

TEST(QueueMemory, OfAQueueThatHasGrownIsSharedWithChildrenForkedBefore) {
  SmallQueue queue(usual);
  SmallQueue back(usual);
  const std::size_t size = 300'000;
  const Shared<Event> has_grown;
  ChildProcess child([&] {
    has_grown->wait();
    std::deque<std::string> all;
    for (int message = 0; message != 50; ++message) all.push_back(queue.get());
    for (const std::string& text : all) back.put(text);
    for (const std::string& text : all) queue.put(text);
    back.put("all are put");
  });
  for (std::size_t message = 0; message != 50; ++message) queue.put(text_of(size + message));
  has_grown->happen();
  for (std::size_t message = 0; message != 50; ++message) ASSERT_TRUE(back.get() == text_of(size + message));
  EXPECT_EQ(back.get(), "all are put");
  for (std::size_t message = 0; message != 50; ++message) ASSERT_TRUE(queue.get() == text_of(size + message));
  EXPECT_EQ(child.wait().exit_code, 0);
}

// What is put and got at random, so that the queue grows, and becomes empty, and goes on where there is room.
void keep_the_order(const detail::QueueSettings& settings, std::size_t most_bytes) {
  SmallQueue queue(settings);
  std::deque<std::size_t> expected;
  std::mt19937 random(7);
  for (int burst = 0; burst != 400; ++burst) {
    const std::size_t bytes = most_bytes >> random() % 12;
    for (std::size_t count = random() % 40; count != 0; --count) {
      const std::size_t size = random() % (bytes + 1);
      try {
        queue.put(text_of(size), now);
        expected.push_back(size);
      } catch (const Full&) {
        break;
      }
    }
    ASSERT_EQ(queue.core.qsize(), static_cast<int>(expected.size()));
    const std::size_t left = random() % 3 == 0 ? 0 : random() % (expected.size() + 1);
    for (; expected.size() != left; expected.pop_front()) ASSERT_EQ(queue.get(now), text_of(expected.front()));
    ASSERT_EQ(queue.core.qsize(), static_cast<int>(left));
  }
}
TEST(QueueMemory, KeepsTheOrderWhileItGrowsAndGoesBack) {
  keep_the_order({.first_bits = 12, .segments = 11, .piece_bytes = 4096, .kept_segments = 3}, 10'000);
}
TEST(QueueMemory, KeepsTheOrderWhileItIsOftenFull) { keep_the_order(small_segments, 2'000); }

TEST(QueueMemory, OfABurstGoesBackInEachProcessThatUsesTheQueue) {
  expect_to_succeed([] {
    SmallQueue queue(usual);
    const Shared<Event> all_is_put;
    const Shared<Event> all_is_got;
    const long before = memory("VmSize");
    ChildProcess putter([&] {
      const std::string text = text_of(1 << 20);
      for (int message = 0; message != 100; ++message) queue.put(text);
      EXPECT_GT(memory("VmSize"), before + 100 * mib);
      all_is_put->happen();
      all_is_got->wait();
      for (int message = 0; message != 40; ++message) queue.put(text_of(1'000));
      EXPECT_LT(memory("VmSize"), before + 40 * mib);
    });
    all_is_put->wait();
    const std::string text = text_of(1 << 20);
    for (int message = 0; message != 100; ++message) ASSERT_EQ(queue.get(), text);
    EXPECT_LT(memory("VmSize"), before + 40 * mib);
    EXPECT_LT(memory("RssShmem"), 40 * mib);
    all_is_got->happen();
    for (int message = 0; message != 40; ++message) ASSERT_EQ(queue.get(), text_of(1'000));
    EXPECT_EQ(putter.wait().exit_code, 0);
  });
}

}  // namespace
}  // namespace multiprocessing::tests::queue_memory_test
