// SPDX-License-Identifier: MIT
#include <multiprocessing/pool.hpp>

#include <gtest/gtest.h>

#include <fstream>
#include <iostream>
#include <string>

#include "support/deadline.hpp"

namespace multiprocessing::tests::message_size_test {
namespace {

constexpr std::size_t kib = 1024;
constexpr std::size_t mib = 1024 * kib;
constexpr std::size_t gib = 1024 * mib;
constexpr std::size_t ring = 256 * kib;

std::string same(std::string text) { return text; }

// Text of which every part says where it is.
std::string patterned(std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t index = 0; index != size; ++index) text[index] = static_cast<char>(index * 7 + index / 251);
  return text;
}

// Sums what arrives, and answers with as much as it is told to.
std::vector<unsigned long> exchange(const std::vector<unsigned long>& numbers, std::size_t size) {
  std::vector<unsigned long> result(size, numbers.size());
  if (!result.empty()) result.back() = numbers.empty() ? 0 : numbers.back();
  return result;
}

std::size_t available_memory() {
  std::ifstream file("/proc/meminfo");
  for (std::string name, unit; file >> name;) {
    std::size_t number = 0;
    file >> number;
    std::getline(file, unit);
    if (name == "MemAvailable:") return number * kib;
  }
  return 0;
}

TEST(MessageSize, OfAnyOddNumberOfBytesComesBackAsItWas) {
  Pool pool(2);
  std::vector<std::size_t> sizes;
  for (std::size_t size = 0; size <= 300; ++size) sizes.push_back(size);
  for (const std::size_t boundary : {ring / 4, ring / 2, ring, 2 * ring, 5 * ring}) {
    for (std::size_t size = boundary - 72; size <= boundary + 8; ++size) sizes.push_back(size);
  }
  std::vector<std::string> texts;
  for (const std::size_t size : sizes) texts.push_back(patterned(size));

  for (const long chunksize : {1L, 10L, 1000L}) {
    const std::vector<std::string> echoes = pool.map(same, texts, chunksize);
    ASSERT_EQ(echoes.size(), texts.size());
    for (std::size_t index = 0; index != texts.size(); ++index) {
      ASSERT_TRUE(echoes[index] == texts[index]) << sizes[index] << " bytes, chunksize " << chunksize;
    }
  }
}

TEST(MessageSize, SmallAndLargeOnesMayTakeTurns) {
  Pool pool(1);
  for (int round = 0; round != 200; ++round) {
    const std::string small = patterned(static_cast<std::size_t>(round));
    const std::string large = patterned(ring + static_cast<std::size_t>(round) * 1001);
    ASSERT_TRUE(pool.apply(same, small) == small) << round;
    ASSERT_TRUE(pool.apply(same, large) == large) << round;
  }
}

TEST(MessageSize, IsThatOfEachItemNotOfTheCall) {
  Pool pool(2);
  const auto sizes = pool.map([](const std::string& text) { return text.size(); },
                              std::vector<std::string>(3000, std::string(30'000, 'x')));
  EXPECT_EQ(sizes, std::vector<std::size_t>(3000, 30'000));
}

TEST(MessageSize, AFunctionsStateMayBeLargerThanTheRing) {
  Pool pool(2);
  const auto at = [](const std::string& text, std::size_t index) { return text.at(index); };
  const std::string table = patterned(3 * ring + 5);

  for (int round = 0; round != 5; ++round) {
    const auto results = pool.map(partial(at, table), {std::size_t{0}, 3 * ring + 4}, 1);
    EXPECT_EQ(results[0], table.front());
    EXPECT_EQ(results[1], table.back());
  }
}

TEST(MessageSize, LargeOnesPassBothWaysAtOnce) {
  const std::size_t size = (patience == 1 ? 256 : 16) * mib / sizeof(unsigned long);
  Pool pool(2);
  std::vector<unsigned long> sent(size, 1);
  sent.back() = 12345;

  auto first = pool.apply_async(exchange, sent, size);
  auto second = pool.apply_async(exchange, sent, size);

  const auto received = first.get();
  ASSERT_EQ(received.size(), size);
  EXPECT_EQ(received.front(), size);
  EXPECT_EQ(received.back(), 12345u);
  EXPECT_EQ(second.get().back(), 12345u);
}

TEST(MessageSize, ManyLargeOnesAreUnderWayInBothDirections) {
  Pool pool(2);
  const std::string text = patterned(5 * mib + 3);
  std::vector<AsyncResult<std::string>> results;
  for (int number = 0; number != 16; ++number) results.push_back(pool.apply_async(same, text));
  for (auto& result : results) ASSERT_TRUE(result.get() == text);
}

TEST(MessageSize, MoreThanTwoGibibytesPassOneWayAndThenTheOther) {
  if (patience != 1) GTEST_SKIP() << "a sanitizer looks at each of the bytes";
  if (available_memory() < 16 * gib) {
    const std::string reason =
        "16 GiB of memory are needed, " + std::to_string(available_memory() / gib) + " are available";
    std::cout << "skipped: " << reason << '\n';
    GTEST_SKIP() << reason;
  }
  set_deadline(std::chrono::seconds(300));
  const std::size_t size = 2 * gib / sizeof(unsigned long) + 1;
  Pool pool(1);
  {
    std::vector<unsigned long> sent(size, 1);
    sent.back() = 12345;
    const auto answer = pool.apply(exchange, std::move(sent), std::size_t{1});
    ASSERT_EQ(answer, std::vector<unsigned long>{12345});
  }
  const auto received = pool.apply(exchange, std::vector<unsigned long>{7}, size);
  ASSERT_EQ(received.size(), size);
  EXPECT_EQ(received.front(), 1u);
  EXPECT_EQ(received.back(), 7u);
}

}  // namespace
}  // namespace multiprocessing::tests::message_size_test
