// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/options.hpp>

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

#include "support/child_process.hpp"
#include "support/read_trace.hpp"
#include "support/temporary_folder.hpp"

namespace multiprocessing::tests {

inline void expect_to_be_read_by_viewers(const std::filesystem::path& trace) {
  if (std::string(PYTHON).empty()) return;
  const ChildResult result =
      run_in_child([&] { ::execl(PYTHON, PYTHON, CHECK_TRACE, trace.c_str(), static_cast<char*>(nullptr)); });
  EXPECT_EQ(result.exit_code, 0) << result;
}

// A test of a trace, which has a file for it.
class TracedTest : public testing::Test {
 protected:
  PoolOptions traced(int processes) const { return {.processes = processes, .trace = path_}; }
  std::vector<TraceLine> lines() const {
    expect_to_be_read_by_viewers(path_);
    return read_trace(path_);
  }

  const TemporaryFolder folder_;
  const std::filesystem::path path_ = folder_ / "trace.json";
};

}  // namespace multiprocessing::tests
