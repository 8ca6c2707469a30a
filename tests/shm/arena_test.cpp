// SPDX-License-Identifier: MIT
#include "shm/arena.hpp"

#include <gtest/gtest.h>
#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <deque>
#include <fstream>
#include <functional>
#include <optional>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "support/child_process.hpp"
#include "support/deadline.hpp"
#include "support/shared.hpp"

namespace multiprocessing::detail::arena_test {
namespace {

using tests::ChildProcess;
using tests::run_in_child;

using Blocks = std::deque<ArenaBlock>;

constexpr std::size_t line_bytes = 64;
constexpr std::size_t page_bytes = 4096;

Blocks make(std::size_t count, std::size_t size_bytes = line_bytes) {
  Blocks blocks;
  while (blocks.size() != count) blocks.emplace_back(size_bytes);
  return blocks;
}

void fill(const ArenaBlock& block, int with, std::size_t size_bytes = line_bytes) {
  std::fill_n(block.data(), size_bytes, static_cast<std::byte>(with));
}

bool is_filled(const ArenaBlock& block, int with, std::size_t size_bytes = line_bytes) {
  const auto is_right = [with](std::byte byte) { return byte == static_cast<std::byte>(with); };
  return std::all_of(block.data(), block.data() + size_bytes, is_right);
}

bool lies_at(const Blocks& blocks, const std::byte* place) {
  return std::ranges::any_of(blocks, [place](const ArenaBlock& block) { return block.data() == place; });
}

std::size_t mappings() {
  std::ifstream maps("/proc/self/maps");
  std::size_t count = 0;
  for (std::string line; std::getline(maps, line);) count += line.find("rw-s") != std::string::npos ? 1 : 0;
  return count;
}

// Registered before the handler that counts forks, so it runs after that: the fork is under way, and not made yet.
std::function<void()> when_forking;
const int registered = pthread_atfork(
    [] {
      if (when_forking) when_forking();
    },
    nullptr, nullptr);

TEST(ArenaBlock, IsZeroAndAlignedAsItsSizeIsAndMeetsNoOther) {
  std::deque<ArenaBlock> blocks;
  std::vector<std::size_t> sizes;
  for (std::size_t size = 1; size <= (std::size_t{80} << 10); size += size < 300 ? 1 : size < 3'000 ? 32 : 1'000) {
    sizes.push_back(size);
  }
  for (const std::size_t size : sizes) {
    blocks.emplace_back(size);
    const std::size_t alignment = std::clamp(size & (~size + 1), line_bytes, page_bytes);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(blocks.back().data()) % alignment, 0U) << size;
    EXPECT_TRUE(is_filled(blocks.back(), 0, size)) << size;
    fill(blocks.back(), static_cast<int>(size % 251), size);
  }
  for (std::size_t index = 0; index != sizes.size(); ++index) {
    EXPECT_TRUE(is_filled(blocks[index], static_cast<int>(sizes[index] % 251), sizes[index])) << sizes[index];
  }
}

TEST(ArenaBlock, ManyOfThemLieInFewMappingsThatGoWithThem) {
  const std::size_t before = mappings();
  {
    const Blocks lines = make(100'000);
    const Blocks pages = make(5'000, 2 * page_bytes);
    EXPECT_LE(mappings(), before + 100);
  }
  EXPECT_EQ(mappings(), before);
}

TEST(ArenaBlock, ThatIsLargeHasAMappingOfItsOwn) {
  const std::size_t before = mappings();
  const ArenaBlock one(std::size_t{100} << 10);
  {
    const ArenaBlock other(std::size_t{100} << 10);
    EXPECT_EQ(mappings(), before + 2);
  }
  EXPECT_EQ(mappings(), before + 1);
}

TEST(MemoryOfABlock, IsUsedAgainAndZeroIfNobodyWasForked) {
  const auto make_again = [] {
    for (const std::size_t size : {line_bytes, 3 * page_bytes}) {
      const ArenaBlock neighbour(size);
      std::optional<ArenaBlock> block(size);
      const std::byte* const place = block->data();
      fill(*block, 7, size);
      block.reset();
      EXPECT_EQ(run_in_child([] {}).exit_code, 0);  // it knows nothing of it
      block.emplace(size);
      EXPECT_EQ(block->data(), place);
      EXPECT_TRUE(is_filled(*block, 0, size));
    }
  };
  make_again();
  EXPECT_EQ(run_in_child(make_again).exit_code, 0);
}

TEST(MemoryOfABlock, IsUsedAgainHoweverManyThereWere) {
  const ArenaBlock neighbour(line_bytes);
  const std::size_t before = mappings();
  for (int times = 0; times != 500; ++times) {
    const Blocks blocks = make(100);
    ASSERT_EQ(mappings(), before) << times;
  }
}

TEST(MemoryOfABlock, ThatAChildMayStillUseIsNotUsedAgain) {
  const ArenaBlock neighbour(line_bytes);
  std::optional<ArenaBlock> block(line_bytes);
  fill(*block, 7);
  const tests::Shared<tests::Event> gone;
  ChildProcess child([&] {
    gone->wait();
    EXPECT_TRUE(is_filled(*block, 7));
  });
  const std::byte* const place = block->data();
  block.reset();
  const Blocks later = make(3'000);
  EXPECT_FALSE(lies_at(later, place));
  for (const ArenaBlock& one : later) fill(one, 1);
  gone->happen();
  EXPECT_EQ(child.wait().exit_code, 0);
}

TEST(MemoryOfABlock, ThatWasMadeWhileAForkIsUnderWayIsNotUsedAgain) {
  const ArenaBlock neighbour(line_bytes);
  std::optional<ArenaBlock> block;
  when_forking = [&] { block.emplace(line_bytes); };
  const tests::Shared<tests::Event> gone;
  ChildProcess child([&] { gone->wait(); });
  when_forking = nullptr;
  const std::byte* const place = block->data();
  block.reset();
  EXPECT_FALSE(lies_at(make(3'000), place));
  gone->happen();
  EXPECT_EQ(child.wait().exit_code, 0);
}

TEST(Child, NeverAllocatesFromAnArenaThatItHasInherited) {
  const Blocks blocks = make(10);
  std::optional<ArenaBlock> freed(line_bytes);
  freed.reset();
  const auto child = run_in_child([&] {
    for (int times = 0; times != 2; ++times) {
      const Blocks own = make(3'000);
      for (const ArenaBlock& block : own) EXPECT_TRUE(is_filled(block, 0));
      for (const ArenaBlock& block : own) fill(block, 9);
      EXPECT_EQ(run_in_child([] {
                  const Blocks of_grandchild = make(3'000);
                  for (const ArenaBlock& block : of_grandchild) fill(block, 8);
                }).exit_code,
                0);
      for (const ArenaBlock& block : own) ASSERT_TRUE(is_filled(block, 9));
    }
  });
  EXPECT_EQ(child.exit_code, 0) << child;
  for (const ArenaBlock& block : blocks) EXPECT_TRUE(is_filled(block, 0));
  const Blocks later = make(3'000);
  for (const ArenaBlock& block : later) ASSERT_TRUE(is_filled(block, 0));
}

TEST(Child, UnmapsAnArenaWithItsLastBlockThere) {
  const std::size_t before = mappings();
  std::optional<ArenaBlock> block(line_bytes);
  std::optional<ArenaBlock> other(line_bytes);
  fill(*block, 7);
  const auto child = run_in_child([&] {
    const std::size_t inherited = mappings();
    block.reset();
    fill(*other, 8);
    EXPECT_EQ(mappings(), inherited);
    other.reset();
    EXPECT_EQ(mappings(), inherited - 1);
  });
  EXPECT_EQ(child.exit_code, 0) << child;
  EXPECT_TRUE(is_filled(*block, 7));
  EXPECT_TRUE(is_filled(*other, 8));
  block.reset();
  other.reset();
  EXPECT_EQ(mappings(), before);
}

TEST(Child, MayBeForkedWhileThreadsMakeAndDropBlocks) {
  const ArenaBlock kept(line_bytes);
  std::atomic<bool> is_over = false;
  std::vector<std::thread> threads;
  for (int thread = 0; thread != 3; ++thread) {
    threads.emplace_back([&] {
      while (!is_over) {
        const Blocks blocks = make(3);
        for (const ArenaBlock& block : blocks) EXPECT_TRUE(is_filled(block, 0));
        for (const ArenaBlock& block : blocks) fill(block, 5);
      }
    });
  }
  for (int times = 0; times != 60; ++times) {
    std::optional<ArenaBlock> inherited(line_bytes);
    const auto child = run_in_child([&] {
      fill(*inherited, 3);
      inherited.reset();
      const Blocks own = make(3);
      for (const ArenaBlock& block : own) EXPECT_TRUE(is_filled(block, 0));
    });
    EXPECT_EQ(child.exit_code, 0) << child;
    EXPECT_TRUE(is_filled(*inherited, 3));
  }
  is_over = true;
  for (std::thread& thread : threads) thread.join();
}

rlim_t used_address_space_bytes() {
  rlim_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  return pages * page_bytes;
}

// What the system says to a block, if it may have so much more.
std::string refusal_with(rlim_t more_bytes, std::optional<ArenaBlock>& block) {
  rlimit limit{};
  getrlimit(RLIMIT_AS, &limit);
  const rlim_t before = std::exchange(limit.rlim_cur, used_address_space_bytes() + more_bytes);
  setrlimit(RLIMIT_AS, &limit);
  std::string text;
  try {
    block.emplace(page_bytes);
  } catch (const std::system_error& error) {
    text = error.what();
  }
  limit.rlim_cur = before;
  setrlimit(RLIMIT_AS, &limit);
  return text;
}

TEST(RefusedArena, SaysHowMuchAndIsTriedAgainAsASmallerOne) {
  if (tests::patience != 1) GTEST_SKIP() << "a sanitizer needs terabytes of address space for itself";
  const auto child = run_in_child([] {
    const ArenaBlock other(line_bytes);
    std::optional<ArenaBlock> block;
    EXPECT_NE(refusal_with(0, block).find("cannot map 4096 bytes of shared memory"), std::string::npos);
    EXPECT_FALSE(block);
    EXPECT_EQ(refusal_with(8 * page_bytes, block), "");
    EXPECT_TRUE(block);
  });
  EXPECT_EQ(child.exit_code, 0) << child;
}

}  // namespace
}  // namespace multiprocessing::detail::arena_test
