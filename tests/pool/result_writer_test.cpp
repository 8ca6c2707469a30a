// SPDX-License-Identifier: MIT
#include "pool/worker/result_writer.hpp"

#include <gtest/gtest.h>
#include <poll.h>

#include <array>
#include <atomic>
#include <thread>

#include "os/event_fd.hpp"
#include "os/futex.hpp"
#include "support/deadline.hpp"

namespace multiprocessing::detail::result_writer_test {
namespace {

using namespace std::chrono_literals;
using Notice = ResultWriter::Notice;

constexpr std::size_t ring_bytes = 4096;

// A worker's writer; the test is its parent, and moves the words by hand.
class WriterOfALap : public ::testing::Test {
 protected:
  WriterOfALap() { tests::set_deadline(20s * tests::patience); }
  void write_nothing() {
    writer.begin();
    writer.finish(PieceKind::started, Notice::last_of_frame);
  }
  void write_answer() {
    static constexpr std::array<std::byte, 1008> data{};
    writer.begin();
    writer.write(data.data(), data.size());
    writer.finish(PieceKind::value, Notice::none);
  }
  void take_all() { channel.words->taken.store(channel.words->committed.load()); }
  void sleep_until_committed(std::uint64_t position) {
    channel.wake->at_committed.store(position);
    channel.wake->when_idle.store(1);
    channel.parent_sleep->word.store(1U << 2 | static_cast<std::uint32_t>(Bell::background));
  }
  bool waits_for_room() const { return park_reason(channel.words->parked.load()) == ParkReason::for_room; }
  static bool rings_within(const EventFd& bell, std::chrono::milliseconds limit) {
    pollfd rung{bell.fd(), POLLIN, 0};
    return poll(&rung, 1, static_cast<int>(limit.count())) == 1;
  }
  void give_room() {
    take_all();
    channel.words->bell.fetch_add(1);
    futex_wake(channel.words->bell);
  }

  EventFd waiter_bell;
  EventFd background_bell;
  ChannelBlock block{1, ring_bytes};
  Channel channel = block.channel(0);
  WorkerWaiting waiting{channel, 0ns, waiter_bell.fd(), background_bell.fd()};
  ResultWriter writer{channel, waiting};
};

// What the parent has taken ends 24 bytes before the end of a lap; then a whole lap is written without a notice.
TEST_F(WriterOfALap, PublishesAndRingsBeforeItSleepsForRoom) {
  write_nothing();
  for (int answer = 0; answer != 4; ++answer) {
    write_answer();
    take_all();
  }
  const std::uint64_t taken = channel.words->taken.load();
  ASSERT_EQ(taken, ring_bytes - 24);
  sleep_until_committed(taken + ring_bytes / 2);
  std::thread worker([&] {
    for (int answer = 0; answer != 5; ++answer) write_answer();
  });

  EXPECT_TRUE(rings_within(background_bell, 5s * tests::patience));
  EXPECT_FALSE(rings_within(waiter_bell, 0ms));
  EXPECT_TRUE(tests::eventually([&] { return waits_for_room(); }));
  EXPECT_GE(channel.words->committed.load(), taken + ring_bytes / 2);

  const std::uint64_t all = 2 * ring_bytes + round_up_to_8(sizeof(PieceHeader) + 1008);
  EXPECT_TRUE(tests::eventually([&] {
    give_room();
    return channel.words->committed.load() == all;
  }));
  worker.join();
}

}  // namespace
}  // namespace multiprocessing::detail::result_writer_test
