// SPDX-License-Identifier: MIT
#include "tsan/threaded_workers.hpp"

#include <numeric>
#include <string>

namespace multiprocessing::tests::sizes_test {
namespace {

constexpr std::size_t ring_bytes = 4096;

std::string text_of(std::size_t size_bytes) {
  std::string text(size_bytes, ' ');
  for (std::size_t index = 0; index != size_bytes; ++index)
    text[index] = static_cast<char>('a' + (index * 7 + size_bytes) % 26);
  return text;
}
std::string make_text(std::size_t size_bytes) { return text_of(size_bytes); }
bool is_text(const std::string& text) { return text == text_of(text.size()); }
std::string same(std::string text) { return text; }
struct SpoilsItsEnd {
  std::size_t size_bytes = 0;
  template <class Archive>
  void save(Archive& archive) const {
    archive(size_bytes, text_of(size_bytes));
    if (size_bytes % 2 != 0) throw std::length_error("odd");
  }
  template <class Archive>
  void load(Archive& archive) {
    std::string text;
    archive(size_bytes, text);
    if (text != text_of(size_bytes)) throw std::range_error("another text");
  }
};
SpoilsItsEnd spoil(std::size_t size_bytes) { return {size_bytes}; }
std::size_t state_and_item(const std::string& bound, std::size_t item) {
  return is_text(bound) ? bound.size() + item : 0;
}

// Small ones, those around a quarter of a ring, where streaming begins, and around a whole one; each many times in
// turn.
std::vector<std::size_t> sizes() {
  std::vector<std::size_t> all{0, 1, 7, 8, 100};
  for (const std::size_t around : {ring_bytes / 4, ring_bytes / 2, ring_bytes, 3 * ring_bytes}) {
    for (std::size_t size = around - 90; size < around + 24; size += 19) all.push_back(size);
  }
  return all;
}

class Sizes : public BetweenThreads {
 protected:
  static constexpr int rounds = 10;
};

TEST_P(Sizes, AnswersLargerThanTheRing) {
  ThreadedWorkers pool(spin());

  for (int round = 0; round != rounds; ++round) {
    const auto texts = pool.map(make_text, sizes(), 1 + round);
    for (std::size_t index = 0; index != texts.size(); ++index) ASSERT_EQ(texts[index], text_of(sizes()[index]));
  }
}

TEST_P(Sizes, ItemsLargerThanTheRing) {
  ThreadedWorkers pool(spin());
  std::vector<std::string> items;
  for (const std::size_t size : sizes()) items.push_back(text_of(size));

  for (int round = 0; round != rounds; ++round) {
    for (const bool good : pool.map(is_text, items, 1 + round)) ASSERT_TRUE(good);
  }
}

TEST_P(Sizes, BothLargerThanTheRingAndSeveralAtOnce) {
  ThreadedWorkers pool(spin());
  std::vector<std::string> items;
  for (const std::size_t size : sizes()) items.push_back(text_of(size));

  const auto exchange = [&] {
    for (int round = 0; round != rounds / 2; ++round) ASSERT_EQ(pool.map(same, items, 1 + round), items);
  };
  std::thread other(exchange);
  exchange();
  other.join();
}

TEST_P(Sizes, AnAnswerThatFailsAfterItsFirstPartsIsAnError) {
  ThreadedWorkers pool(spin());

  for (int round = 0; round != rounds; ++round) {
    const auto outcomes = pool.try_map(spoil, sizes(), 2);
    for (std::size_t index = 0; index != outcomes.size(); ++index) {
      ASSERT_EQ(!outcomes[index], sizes()[index] % 2 != 0);
    }
  }
}

TEST_P(Sizes, BoundStateOfAnySizeComesOnceAndIsReplaced) {
  ThreadedWorkers pool(spin());
  const std::vector<std::size_t> items{1, 2, 3, 4, 5};

  for (int round = 0; round != rounds; ++round) {
    for (const std::size_t size : sizes()) {
      const auto sums = pool.map(partial(state_and_item, text_of(size)), items, 2);
      for (std::size_t index = 0; index != items.size(); ++index) ASSERT_EQ(sums[index], size + items[index]);
    }
  }
}

MULTIPROCESSING_BETWEEN_THREADS(Sizes);

}  // namespace
}  // namespace multiprocessing::tests::sizes_test
