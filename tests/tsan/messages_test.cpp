// SPDX-License-Identifier: MIT
#include <multiprocessing/errors.hpp>
#include <multiprocessing/pipe.hpp>

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "ipc/small_queue.hpp"

// Who streams a message takes two locks in turn, in both orders, but each only when nobody who holds the other can
// wait for it: see QueueCore.
extern "C" const char* __tsan_default_suppressions();
extern "C" const char* __tsan_default_suppressions() { return "deadlock:QueueCore::put_pieces\n"; }

namespace multiprocessing::tests::messages_test {
namespace {

using namespace std::chrono_literals;

void exchange(const detail::QueueSettings& settings, std::size_t most, int messages,
              std::chrono::microseconds timeout) {
  SmallQueue queue(settings);
  std::vector<std::thread> threads;
  std::atomic<std::size_t> put = 0;
  std::atomic<std::size_t> got = 0;
  for (int putter = 0; putter != 3; ++putter) {
    threads.emplace_back([&, putter] {
      for (int number = 0; number != messages; ++number) {
        const std::size_t size = static_cast<std::size_t>(number * 37 + putter) % most;
        put += size;
        queue.put(text_of(size));
      }
      queue.put("end");
    });
  }
  for (int getter = 0; getter != 3; ++getter) {
    threads.emplace_back([&] {
      while (true) {
        try {
          const std::string text = queue.get(detail::deadline_after(timeout));
          if (text == "end") return;
          ASSERT_EQ(text, text_of(text.size()));
          got += text.size();
          ASSERT_GE(queue.core.qsize(), 0);
        } catch (const Empty&) {
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(put, got);
  EXPECT_EQ(queue.core.qsize(), 0);
}

TEST(QueueBetweenThreads, CarriesSmallMessages) { exchange(small_segments, 50, 2'000, 10s); }
TEST(QueueBetweenThreads, CarriesMessagesLargerThanItsRing) { exchange(small_segments, 9'000, 200, 10s); }
TEST(QueueBetweenThreads, CarriesThemToGettersWhoseTimeIsShort) { exchange(small_segments, 3'000, 500, 50us); }

TEST(PipeBetweenThreads, CarriesMessagesBothWays) {
  auto [first, second] = Pipe<std::string>();
  std::vector<std::thread> threads;
  for (auto* end : {&first, &second}) {
    threads.emplace_back([end] {
      for (std::size_t number = 0; number != 300; ++number) end->send(text_of(number * 97 % 100'000));
    });
    threads.emplace_back([end] {
      for (std::size_t number = 0; number != 300; ++number) ASSERT_EQ(end->recv(), text_of(number * 97 % 100'000));
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace multiprocessing::tests::messages_test
