// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <atomic>

#include "api/every_pool.hpp"

namespace multiprocessing::tests::lifetimes_test {
namespace {

// Knows how many of them there are in this process.
struct Counted {
  Counted() { ++alive; }
  Counted(const Counted& other) : number(other.number) { ++alive; }
  Counted& operator=(const Counted&) = default;
  ~Counted() { --alive; }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(number);
  }
  int number = 0;
  static inline std::atomic<int> alive = 0;
};

Counted pass(const Counted& counted) { return counted; }
Counted refuse(const Counted&) { throw std::range_error("no"); }

template <class P>
class Lifetimes : public ::testing::Test {
 protected:
  // Callbacks' threads may take a moment to let go of what they held.
  static bool none_left(int but = 0) {
    return eventually([&] { return Counted::alive == but; });
  }
};
TYPED_TEST_SUITE(Lifetimes, EveryPool, PoolNames);

TYPED_TEST(Lifetimes, ArgumentsAndResultsAreFreedAfterTheCall) {
  TypeParam pool(2);

  (void)pool.map(pass, std::vector<Counted>(10));
  EXPECT_TRUE(this->none_left());
  (void)pool.apply(pass, Counted());
  EXPECT_TRUE(this->none_left());
  EXPECT_THROW(pool.map(refuse, std::vector<Counted>(10)), std::range_error);
  EXPECT_TRUE(this->none_left());
  EXPECT_EQ(pool.apply([] { return Counted::alive.load(); }), 0);
}

TYPED_TEST(Lifetimes, OfAsynchronousCallsTooAlsoWhenNobodyAsks) {
  TypeParam pool(2);

  (void)pool.map_async(pass, std::vector<Counted>(10)).get();
  EXPECT_TRUE(this->none_left());
  (void)pool.map_async(pass, std::vector<Counted>(10));
  (void)pool.apply_async(pass, Counted());
  (void)pool.apply_async(refuse, Counted());
  pool.close();
  pool.join();
  EXPECT_TRUE(this->none_left());
}

TYPED_TEST(Lifetimes, OfALoopThatWasLeftToo) {
  TypeParam pool(2);
  {
    auto results = pool.imap(pass, std::vector<Counted>(100));
    (void)results.next();
    (void)results.next();
  }
  EXPECT_TRUE(this->none_left());
  (void)pool.try_map(pass, std::vector<Counted>(10));
  EXPECT_TRUE(this->none_left());
}

TYPED_TEST(Lifetimes, OfTheFunctionsStateToo) {
  TypeParam pool(2);
  const auto number = [](const Counted& counted, int item) { return counted.number + item; };

  EXPECT_EQ(pool.map(partial(number, Counted()), {1, 2, 3}), (std::vector{1, 2, 3}));
  EXPECT_EQ(pool.map_async(partial(number, Counted()), {1, 2, 3}).get(), (std::vector{1, 2, 3}));

  EXPECT_TRUE(this->none_left());
}

}  // namespace
}  // namespace multiprocessing::tests::lifetimes_test
