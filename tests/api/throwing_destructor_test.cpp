// SPDX-License-Identifier: MIT
#include <multiprocessing/pool.hpp>

#include <gtest/gtest.h>

#include <stdexcept>
#include <utility>
#include <vector>

#include "support/deadline.hpp"

namespace multiprocessing::tests::throwing_destructor_test {
namespace {

// In a worker, the armed one throws when it is destroyed.
struct Throwing {
  Throwing() = default;
  explicit Throwing(int of) : number(of) {}
  Throwing(const Throwing&) = default;
  Throwing(Throwing&&) = default;
  ~Throwing() noexcept(false) {
    if (worker_index() && number == std::exchange(armed, none)) throw std::runtime_error("from a destructor");
  }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(number);
  }
  static constexpr int none = -1;
  static inline thread_local int armed = none;
  int number = 0;
};

int times_ten(const Throwing& item) {
  if (item.number == 2) Throwing::armed = 2;
  return item.number * 10;
}

// The answer is out when the item is destroyed: a second one would be taken for that of the next item.
TEST(ThrowingDestructor, OfAnItemDoesNotShiftTheAnswersOfTheOthers) {
  std::vector<Throwing> items;
  for (int number = 0; number != 6; ++number) items.emplace_back(number);
  for (const long chunksize : {1L, 6L}) {
    Pool pool(1);

    const auto outcomes = pool.try_map(times_ten, items, chunksize);

    ASSERT_EQ(outcomes.size(), items.size());
    for (std::size_t index = 0; index != items.size(); ++index) {
      EXPECT_EQ(outcomes[index].index(), index);
      if (index == 2 && !outcomes[index]) continue;
      ASSERT_TRUE(outcomes[index]) << index << ": " << outcomes[index].message();
      EXPECT_EQ(outcomes[index].value(), static_cast<int>(index) * 10);
    }
    EXPECT_EQ(pool.apply([] { return 1; }), 1);
  }
}

}  // namespace
}  // namespace multiprocessing::tests::throwing_destructor_test
