// SPDX-License-Identifier: MIT
#include "shm/channel.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <vector>

#include "support/child_process.hpp"

namespace multiprocessing::detail::channel_test {
namespace {

using tests::run_in_child;

constexpr std::size_t page_bytes = 4096;

std::pair<std::byte*, std::byte*> extent(const Channel& channel) {
  auto* const words = reinterpret_cast<std::byte*>(channel.words);
  return {words, channel.results.at(0) + channel.results.size_bytes()};
}

TEST(Channel, LiesOnPagesOfItsOwn) {
  ChannelBlock block(3, page_bytes);

  for (int slot = 0; slot != 3; ++slot) {
    const auto [begin, end] = extent(block.channel(slot));
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(begin) % page_bytes, 0U);
    EXPECT_EQ(static_cast<std::size_t>(end - begin), 3 * page_bytes);
    EXPECT_GE(begin, reinterpret_cast<std::byte*>(block.channel(2).wake + 1));
    if (slot != 0) {
      EXPECT_EQ(begin, extent(block.channel(slot - 1)).second);
    }
  }
}

TEST(Channel, SharesOneSleepWordAndHasThresholdsOfItsOwn) {
  ChannelBlock block(200, page_bytes);  // more lines than a page holds

  EXPECT_EQ(block.channel(0).parent_sleep, block.channel(199).parent_sleep);
  EXPECT_EQ(block.channel(199).wake, block.channel(0).wake + 199);
  EXPECT_GE(extent(block.channel(0)).first, reinterpret_cast<std::byte*>(block.channel(199).wake + 1));
}

TEST(Channel, IsZeroAfterAResetAndItsNeighboursAreUntouched) {
  ChannelBlock block(2, page_bytes);
  block.channel(0).words->turn.store(1);
  block.channel(1).words->turn.store(2);
  block.channel(1).words->running.store(3);

  block.reset(1);

  EXPECT_EQ(block.channel(0).words->turn.load(), 1U);
  EXPECT_EQ(block.channel(1).words->turn.load(), 0U);
  EXPECT_EQ(block.channel(1).words->running.load(), 0U);
}

TEST(Channel, OfAWorkerIsSeenByTheParent) {
  ChannelBlock block(2, page_bytes);

  const auto child = run_in_child([&] {
    block.keep_only(1);
    block.channel(1).words->committed.store(7);
    *block.channel(1).results.at(page_bytes - 1) = std::byte{42};
  });

  EXPECT_EQ(child.exit_code, 0) << child;
  EXPECT_EQ(block.channel(1).words->committed.load(), 7U);
  EXPECT_EQ(*block.channel(1).results.at(page_bytes - 1), std::byte{42});
}

TEST(Channel, OfASiblingIsNotThereInAWorker) {
  ChannelBlock block(3, page_bytes);

  for (const int sibling : {0, 2}) {
    const auto child = run_in_child([&] {
      block.keep_only(1);
      std::signal(SIGSEGV, SIG_DFL);
      block.channel(sibling).words->committed.store(7);
    });

    EXPECT_EQ(child.signal, SIGSEGV) << child;
  }
}

TEST(Channel, TheParentsPageIsReadOnlyInAWorker) {
  ChannelBlock block(2, page_bytes);

  const auto child = run_in_child([&] {
    block.keep_only(1);
    std::signal(SIGSEGV, SIG_DFL);
    if (block.channel(1).parent_sleep->word.load() != 0) return;
    block.channel(1).wake->at_committed.store(1);
  });

  EXPECT_EQ(child.signal, SIGSEGV) << child;
}

TEST(Turn, KeepsBothCountsInOneWord) {
  const Turn turn{.claimed = 0xfffffffe, .offered = 3};

  EXPECT_EQ(Turn::of(turn.word()).claimed, 0xfffffffeU);
  EXPECT_EQ(Turn::of(turn.word()).offered, 3U);
}

TEST(ParkReason, IsReadFromBesideItsCount) {
  for (const ParkReason reason :
       {ParkReason::awake, ParkReason::for_frames, ParkReason::for_bytes, ParkReason::for_room}) {
    EXPECT_EQ(park_reason(77U << 2 | static_cast<std::uint32_t>(reason)), reason);
  }
}

}  // namespace
}  // namespace multiprocessing::detail::channel_test
