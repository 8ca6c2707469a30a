// SPDX-License-Identifier: MIT
#include <multiprocessing/pool.hpp>

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <vector>

#include "support/deadline.hpp"

// A worker that has answered, and is not done with its item all the same.
namespace multiprocessing::tests::hanging_destructor_test {
namespace {

using namespace std::chrono_literals;

struct HangsInItsDestructor {
  int number = 0;
  bool hangs = false;  // is not sent
  ~HangsInItsDestructor() {
    while (hangs) ::pause();
  }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(number);
  }
};

HangsInItsDestructor hang_after(int number) { return {number, true}; }
int twice(int number) { return 2 * number; }

TEST(HangingDestructor, LeavesLaterItemsToTheOtherWorkers) {
  Pool pool(2);
  EXPECT_EQ(pool.apply(&hang_after, 3).number, 3);
  for (int number = 0; number != 20; ++number) {
    auto result = pool.apply_async(&twice, number);
    ASSERT_TRUE(result.wait(20s * patience)) << "item " << number;
    EXPECT_EQ(result.get(), 2 * number);
  }
  EXPECT_EQ(pool.map(&twice, std::vector<int>(1'000, 21)), std::vector<int>(1'000, 42));
}

}  // namespace
}  // namespace multiprocessing::tests::hanging_destructor_test
