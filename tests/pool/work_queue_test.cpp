// SPDX-License-Identifier: MIT
#include "pool/parent/work_queue.hpp"

#include "pool/two_ends.hpp"

#include <random>

namespace multiprocessing::detail::work_queue_test {
namespace {

long same(long item) { return item; }

// Against a plain list, whatever comes in what order.
TEST(WorkQueue, GivesWhatItWasGivenInOrderWithoutWhatWasTakenOut) {
  TwoEnds ends;
  std::mt19937 random(3);
  std::vector<std::shared_ptr<GroupCall>> calls;
  for (int call = 0; call != 5; ++call) calls.push_back(ends.call<long>(same));
  WorkQueue queue;
  std::deque<Batch> plain;
  const auto same_batch = [](const Batch& a, const Batch& b) { return a.work == b.work && a.first == b.first; };
  for (int step = 0; step != 20'000; ++step) {
    const auto& call = calls[random() % calls.size()];
    const auto kind = random() % 20;
    if (kind < 8) {
      const Batch batch = ends.batch<long>(call, {1, 2});
      queue.push_back(batch);
      plain.push_back(batch);
    } else if (kind < 11) {
      const Batch batch = ends.batch<long>(call, {3});
      queue.push_front(batch);
      plain.push_front(batch);
    } else if (kind < 19 && !plain.empty()) {
      ASSERT_TRUE(same_batch(queue.front(), plain.front())) << step;
      queue.pop_front();
      plain.pop_front();
    } else if (kind == 19) {
      std::vector<Batch> taken;
      queue.take_out(*call, [&](const Batch& batch) { taken.push_back(batch); });
      std::vector<Batch> expected;
      for (const Batch& batch : plain) {
        if (&batch.call() == call.get()) expected.push_back(batch);
      }
      std::erase_if(plain, [&](const Batch& batch) { return &batch.call() == call.get(); });
      ASSERT_TRUE(std::equal(taken.begin(), taken.end(), expected.begin(), expected.end(), same_batch)) << step;
    }
    ASSERT_EQ(queue.size(), plain.size()) << step;
    ASSERT_EQ(queue.empty(), plain.empty());
  }
  std::vector<Batch> left;
  queue.for_each([&](const Batch& batch) { left.push_back(batch); });
  EXPECT_TRUE(std::equal(left.begin(), left.end(), plain.begin(), plain.end(), same_batch));
}

}  // namespace
}  // namespace multiprocessing::detail::work_queue_test
