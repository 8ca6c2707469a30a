// SPDX-License-Identifier: MIT
#include <multiprocessing/random_stream.hpp>

#include <gtest/gtest.h>

#include <random>
#include <set>
#include <stdexcept>
#include <vector>

namespace multiprocessing::tests::random_stream_test {
namespace {

static_assert(std::uniform_random_bit_generator<RandomStream>);

std::vector<std::uint64_t> draw(RandomStream stream, int count) {
  std::vector<std::uint64_t> numbers;
  for (int i = 0; i < count; ++i) numbers.push_back(stream());
  return numbers;
}

// The vectors that the authors of Philox publish with their own implementation (Random123, kat_vectors).
TEST(RandomStream, MixesAsPublished) {
  constexpr std::uint64_t ones = ~std::uint64_t{0};

  EXPECT_EQ(detail::philox({0, 0, 0, 0}, 0, 0),
            (detail::PhiloxBlock{0x16554d9eca36314c, 0xdb20fe9d672d0fdc, 0xd7e772cee186176b, 0x7e68b68aec7ba23b}));
  EXPECT_EQ(detail::philox({ones, ones, ones, ones}, ones, ones),
            (detail::PhiloxBlock{0x87b092c3013fe90b, 0x438c3c67be8d0224, 0x9cc7d7c69cd777b6, 0xa09caebf594f0ba0}));
  EXPECT_EQ(detail::philox({0x243f6a8885a308d3, 0x13198a2e03707344, 0xa4093822299f31d0, 0x082efa98ec4e6c89},
                           0x452821e638d01377, 0xbe5466cf34e90c6c),
            (detail::PhiloxBlock{0xa528f45403e61d95, 0x38c72dbd566e9788, 0xa5a1610e72fd18b5, 0x57bd43b5e52b7fe6}));
}

TEST(RandomStream, CountsBlocksFromZeroUnderSeedAndIndex) {
  const auto first = detail::philox({0, 0, 0, 7}, 42, 0);
  const auto second = detail::philox({1, 0, 0, 7}, 42, 0);

  EXPECT_EQ(draw(random_stream(42, 7), 8),
            (std::vector{first[0], first[1], first[2], first[3], second[0], second[1], second[2], second[3]}));
}

TEST(RandomStream, GivesDifferentNumbersForEachSeedAndIndex) {
  std::set<std::uint64_t> numbers;
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    for (std::uint64_t index = 0; index < 10; ++index) {
      for (const auto number : draw(random_stream(seed, index), 100)) numbers.insert(number);
    }
  }

  EXPECT_EQ(numbers.size(), 10'000u);
}

TEST(RandomStream, DiscardsAsIfTheNumbersWereDrawn) {
  const auto expected = draw(random_stream(1, 2), 40);

  for (unsigned long long before = 0; before < 10; ++before) {
    for (unsigned long long discarded = 0; discarded < 20; ++discarded) {
      RandomStream stream(1, 2);
      for (unsigned long long i = 0; i < before; ++i) stream();
      stream.discard(discarded);
      EXPECT_EQ(stream(), expected[before + discarded]) << before << " drawn, " << discarded << " discarded";
    }
  }
}

TEST(RandomStream, IsEqualWhileAsManyNumbersWereDrawn) {
  RandomStream stream(1, 2);
  RandomStream discarded(1, 2);
  for (int i = 0; i < 6; ++i) stream();
  discarded.discard(6);
  const RandomStream copy = stream;

  EXPECT_EQ(stream, copy);
  EXPECT_EQ(stream, discarded);
  stream();
  EXPECT_NE(stream, copy);
  EXPECT_NE(RandomStream(1, 2), RandomStream(1, 3));
  EXPECT_NE(RandomStream(1, 2), RandomStream(2, 2));
}

TEST(RandomStream, GoesOnAlikeInACopy) {
  RandomStream stream(1, 2);
  stream();
  RandomStream copy = stream;

  for (int i = 0; i < 10; ++i) EXPECT_EQ(stream(), copy());
}

TEST(RandomStream, FeedsTheStandardDistributions) {
  RandomStream stream(3, 4);
  std::uniform_real_distribution<double> dart(0, 1);
  int inside = 0;
  for (int i = 0; i < 100'000; ++i) {
    const double x = dart(stream);
    const double y = dart(stream);
    inside += x * x + y * y < 1;
  }

  EXPECT_NEAR(4 * inside / 1e5, 3.1416, 0.02);
}

TEST(RandomStream, IsALogicErrorWithoutAnIndexOutsideATask) { EXPECT_THROW(random_stream(1), std::logic_error); }

}  // namespace
}  // namespace multiprocessing::tests::random_stream_test
