// SPDX-License-Identifier: MIT
#include "pool/result_writer.hpp"

#include <gtest/gtest.h>
#include <poll.h>

#include <array>
#include <atomic>
#include <thread>

#include "os/event_fd.hpp"
#include "support/deadline.hpp"

namespace multiprocessing::detail {
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
    channel.listener->word.store(1U << 2 | static_cast<std::uint32_t>(Bell::background));
  }
  bool waits_for_room() const { return park_reason(channel.words->parked.load()) == ParkReason::for_room; }
  static bool rings_within(const EventFd& bell, std::chrono::milliseconds limit) {
    pollfd rung{bell.fd(), POLLIN, 0};
    return poll(&rung, 1, static_cast<int>(limit.count())) == 1;
  }
  void give_room() {
    take_all();
    channel.words->bell.fetch_add(1);
    futex_wake_all(channel.words->bell);
  }

  EventFd waiter_bell;
  EventFd background_bell;
  ChannelBlock block{1, ring_bytes};
  Channel channel = block.channel(0);
  WorkerWaiting waiting{channel, 0ns, waiter_bell.fd(), background_bell.fd()};
  ResultWriter writer{channel, waiting};
};

}  // namespace
}  // namespace multiprocessing::detail
