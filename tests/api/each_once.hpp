// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/as_completed.hpp>

#include <gtest/gtest.h>

#include <set>

namespace multiprocessing::tests {

// Takes all results; each index from 0 comes once.
template <class R>
void expect_each_once(AsCompleted<R>& results) {
  const std::size_t count = results.size();
  std::set<std::size_t> indices;
  while (results.size() != 0) ASSERT_TRUE(indices.insert(results.next().index()).second);
  ASSERT_EQ(indices.size(), count);
  ASSERT_TRUE(count == 0 || *indices.rbegin() == count - 1);
}

}  // namespace multiprocessing::tests
