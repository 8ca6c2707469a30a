// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/pool.hpp>

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace multiprocessing::tests {

// What WorkerLost says of a task that crashes.
struct Lost {
  std::string text;
  std::optional<int> signal;
  bool says(const std::string& part) const { return text.find(part) != std::string::npos; }
  bool shows_stack() const { return says("crashed"); }
};
inline std::ostream& operator<<(std::ostream& stream, const Lost& lost) { return stream << lost.text; }

template <class Task, class... Arguments>
Lost lost_by(Pool& pool, Task task, Arguments... arguments) {
  try {
    pool.apply(task, arguments...);
  } catch (const WorkerLost& error) {
    return {error.what(), error.signal()};
  }
  ADD_FAILURE() << "the task did not crash";
  return {};
}
template <class Task, class... Arguments>
Lost lost_by(Task task, Arguments... arguments) {
  Pool pool(1);
  const Lost lost = lost_by(pool, task, arguments...);
  EXPECT_EQ(pool.apply([] { return 7; }), 7);
  return lost;
}

}  // namespace multiprocessing::tests
