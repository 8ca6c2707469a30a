// SPDX-License-Identifier: MIT
#include "shm/byte_ring.hpp"

#include <gtest/gtest.h>

#include <array>
#include <limits>

namespace multiprocessing::detail::byte_ring_test {
namespace {

TEST(ByteRing, PositionsWrapAtTheSize) {
  std::array<std::byte, 64> memory{};
  const ByteRing ring(memory.data(), memory.size());

  EXPECT_EQ(ring.size_bytes(), 64U);
  EXPECT_EQ(ring.at(0), memory.data());
  EXPECT_EQ(ring.at(63), memory.data() + 63);
  EXPECT_EQ(ring.at(64), memory.data());
  EXPECT_EQ(ring.at(64 * 1000 + 5), memory.data() + 5);
}

TEST(ByteRing, ContiguousBytesReachTheEndOfTheLap) {
  std::array<std::byte, 64> memory{};
  const ByteRing ring(memory.data(), memory.size());

  EXPECT_EQ(ring.contiguous_bytes(0), 64U);
  EXPECT_EQ(ring.contiguous_bytes(1), 63U);
  EXPECT_EQ(ring.contiguous_bytes(63), 1U);
  EXPECT_EQ(ring.contiguous_bytes(64), 64U);
}

TEST(ByteRing, AGarbagePositionStaysInside) {
  std::array<std::byte, 64> memory{};
  const ByteRing ring(memory.data(), memory.size());

  EXPECT_EQ(ring.at(std::numeric_limits<std::uint64_t>::max()), memory.data() + 63);
}

TEST(ByteRing, SizesAreRoundedUpToWords) {
  EXPECT_EQ(round_up_to_8(0), 0U);
  EXPECT_EQ(round_up_to_8(1), 8U);
  EXPECT_EQ(round_up_to_8(8), 8U);
  EXPECT_EQ(round_up_to_8(9), 16U);
}

}  // namespace
}  // namespace multiprocessing::detail::byte_ring_test
