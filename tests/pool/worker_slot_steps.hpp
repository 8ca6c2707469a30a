// SPDX-License-Identifier: MIT
#pragma once

#include "pool/parent/worker_slot.hpp"
#include "pool/two_ends.hpp"

namespace multiprocessing::detail {

using Items = std::vector<long>;

// What the parent does while an item runs, and what ran.
inline std::function<void(long)> meanwhile;
inline Items ran;

inline std::string step(long item) {
  ran.push_back(item);
  if (meanwhile) meanwhile(item);
  return std::to_string(item);
}
inline std::size_t with_state(const std::string& state, long item) {
  step(item);
  return state.size();
}

class WorkerSlotSteps : public ::testing::Test {
 protected:
  ~WorkerSlotSteps() override {
    meanwhile = nullptr;
    ran.clear();
  }
  void expect_answers(const GroupCall& call, const Items& items) {
    ASSERT_EQ(ends.answers.size(), items.size());
    for (std::size_t index = 0; index != items.size(); ++index) {
      EXPECT_EQ(ends.value<std::string>(call, index), std::to_string(items[index]));
    }
  }
  TwoEnds ends;
};

}  // namespace multiprocessing::detail
