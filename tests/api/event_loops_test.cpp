// SPDX-License-Identifier: MIT
#include <utility>  // Boost 1.74 forgets it

#include <boost/asio.hpp>

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <functional>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "api/each_once.hpp"
#include "api/every_pool.hpp"
#include "support/shared.hpp"

// Results in a program that waits for other things, too.
namespace multiprocessing::tests::event_loops_test {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;
namespace mp = multiprocessing;

int same(int number) { return number; }
int refuse(int number) { throw std::range_error("not " + std::to_string(number)); }
int nap(int milliseconds) {
  std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
  return milliseconds;
}
Event* gate = nullptr;
int pass_gate(int number) {
  gate->wait();
  return number;
}
bool is_readable(int fd) { return !multiprocessing::wait({fd}, 0s).empty(); }

template <class P>
class EventLoop : public ::testing::Test {};
TYPED_TEST_SUITE(EventLoop, EveryPool, PoolNames);

template <class P>
class EventLoopBeside : public ::testing::Test {};
TYPED_TEST_SUITE(EventLoopBeside, EveryConcurrentPool, PoolNames);

TYPED_TEST(EventLoop, TheDescriptorIsReadableExactlyWhileAResultIsThere) {
  TypeParam pool(2);
  AsCompleted<int> results;
  const int fd = results.fileno();
  EXPECT_FALSE(is_readable(fd));

  for (int number = 0; number != 50; ++number) results.add(pool.apply_async(same, number));
  for (std::size_t left = 50; left != 0; --left) {
    ASSERT_EQ(multiprocessing::wait({fd}, 20s).size(), 1U);
    ASSERT_NO_THROW(results.next(0s));
  }

  EXPECT_FALSE(is_readable(fd));
  EXPECT_EQ(results.fileno(), fd);
}

TYPED_TEST(EventLoop, TheDescriptorMayBeMadeAfterTheEnds) {
  TypeParam pool(2);
  AsCompleted<int> results;
  for (int number = 0; number != 3; ++number) {
    auto result = pool.apply_async(same, number);
    result.wait();
    results.add(std::move(result));
  }

  EXPECT_TRUE(is_readable(results.fileno()));
  expect_each_once(results);
  EXPECT_FALSE(is_readable(results.fileno()));
}

TYPED_TEST(EventLoopBeside, TheDescriptorIsNotReadableWhileNothingHasEnded) {
  if (!inherits<TypeParam>) GTEST_SKIP() << needs_inheritance;
  const Shared<Event> shared;
  gate = shared.get();
  TypeParam pool(1);
  AsCompleted<int> results;
  results.add(pool.apply_async(pass_gate, 200));
  const int fd = results.fileno();
  EXPECT_FALSE(is_readable(fd));
  EXPECT_THROW(results.next(1ms), TimeoutError);

  gate->happen();
  EXPECT_EQ(multiprocessing::wait({fd}, 20s), std::vector{fd});
  EXPECT_EQ(results.next(0s).value(), 200);
}

TYPED_TEST(EventLoop, TheDescriptorStaysTheSameInAnObjectThatWasMoved) {
  TypeParam pool(1);
  AsCompleted<int> results;
  const int fd = results.fileno();
  AsCompleted<int> moved = std::move(results);
  moved.add(pool.apply_async(same, 5));
  EXPECT_EQ(multiprocessing::wait({fd}, 20s), std::vector{fd});
  EXPECT_EQ(moved.fileno(), fd);
  EXPECT_EQ(moved.next(0s).value(), 5);
  EXPECT_FALSE(is_readable(fd));
}

TYPED_TEST(EventLoop, PollWaitsForResultsBesideASocket) {
  TypeParam pool(2);
  std::array<int, 2> sockets{};
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets.data()), 0);
  AsCompleted<int> results;
  std::array<pollfd, 2> polled{{{results.fileno(), POLLIN, 0}, {sockets[0], POLLIN, 0}}};

  // Each byte asks for a call, each result for the next byte.
  int taken = 0;
  ASSERT_EQ(::write(sockets[1], "x", 1), 1);
  while (taken != 200) {
    ASSERT_GT(::poll(polled.data(), polled.size(), 20'000), 0);
    if (polled[0].revents != 0) {
      ASSERT_EQ(results.next(0s).value(), taken++);
      ASSERT_EQ(::write(sockets[1], "x", 1), 1);
    }
    if (polled[1].revents != 0) {
      char byte = 0;
      ASSERT_EQ(::read(sockets[0], &byte, 1), 1);
      results.add(pool.apply_async(same, taken));
    }
  }

  for (const int fd : sockets) ::close(fd);
}

TYPED_TEST(EventLoop, AsioWaitsForTheDescriptorBesideATimer) {
  TypeParam pool(2);
  asio::io_context io;
  AsCompleted<int> results;
  for (int number = 0; number != 30; ++number) results.add(pool.apply_async(nap, 1));
  asio::posix::stream_descriptor descriptor(io, results.fileno());
  asio::steady_timer timer(io);
  int ticks = 0;
  int taken = 0;
  const std::function<void()> take = [&] {
    descriptor.async_wait(asio::posix::stream_descriptor::wait_read, [&](const boost::system::error_code& error) {
      ASSERT_FALSE(error);
      EXPECT_EQ(results.next(0s).value(), 1);
      if (++taken == 30) return timer.cancel(), void();
      take();
    });
  };
  const std::function<void()> tick = [&] {
    timer.expires_after(1ms);
    timer.async_wait([&](const boost::system::error_code& error) {
      if (error || taken == 30) return;
      ++ticks;
      tick();
    });
  };
  take();
  tick();

  io.run();

  EXPECT_EQ(taken, 30);
  if constexpr (!std::is_same_v<TypeParam, SerialPool>) {
    EXPECT_GT(ticks, 0);
  }
  descriptor.release();
}

// The guide's recipe: an asynchronous operation of asio that completes when the result is there.
template <class R, class Token>
auto async_end(mp::AsyncResult<R>& result, Token&& token) {
  const auto start = [](auto handler, mp::AsyncResult<R>* pending) {
    auto work = asio::make_work_guard(asio::get_associated_executor(handler));
    auto shared = std::make_shared<decltype(handler)>(std::move(handler));
    pending->when_done([shared, work] { asio::post(work.get_executor(), [shared] { std::move (*shared)(); }); });
  };
  return asio::async_initiate<Token, void()>(start, token, &result);
}

TYPED_TEST(EventLoop, AsioCompletesAnOperationInTheCallersExecutor) {
  TypeParam pool(2);
  asio::io_context io;
  const auto loop = std::this_thread::get_id();
  AsyncResult<int> value = pool.apply_async(same, 7);
  AsyncResult<int> error = pool.apply_async(refuse, 7);
  int completed = 0;
  const auto here = [&](auto handler) { return asio::bind_executor(io.get_executor(), handler); };

  async_end(value, here([&] {
              EXPECT_EQ(std::this_thread::get_id(), loop);
              EXPECT_EQ(value.get(), 7);
              ++completed;
            }));
  async_end(error, here([&] {
              EXPECT_EQ(std::this_thread::get_id(), loop);
              EXPECT_THROW(error.get(), std::range_error);
              ++completed;
            }));
  io.run();  // the operations keep it running

  EXPECT_EQ(completed, 2);
}

#if defined(BOOST_ASIO_HAS_CO_AWAIT)
template <class R>
asio::awaitable<R> get(AsyncResult<R> result) {
  co_await async_end(result, asio::use_awaitable);
  co_return result.get();
}

TYPED_TEST(EventLoopBeside, ACoroutineAwaitsResultsWhileTheLoopTicks) {
  TypeParam pool(2);
  asio::io_context io;
  bool works = true;
  int ticks = 0;
  const auto work = [&]() -> asio::awaitable<void> {
    auto first = pool.apply_async(nap, 30);
    auto second = pool.apply_async(nap, 50);  // both run
    EXPECT_EQ(co_await get(std::move(first)) + co_await get(std::move(second)), 80);
    bool refused = false;
    try {
      co_await get(pool.apply_async(refuse, 7));
    } catch (const std::range_error&) {
      refused = true;
    }
    EXPECT_TRUE(refused);
    works = false;
  };
  const auto tick = [&]() -> asio::awaitable<void> {
    asio::steady_timer timer(co_await asio::this_coro::executor);
    for (; works; ++ticks) {
      timer.expires_after(5ms);
      co_await timer.async_wait(asio::use_awaitable);
    }
  };
  asio::co_spawn(io, work, asio::detached);
  asio::co_spawn(io, tick, asio::detached);

  io.run();

  EXPECT_GT(ticks, 1);
}
#endif

}  // namespace
}  // namespace multiprocessing::tests::event_loops_test
