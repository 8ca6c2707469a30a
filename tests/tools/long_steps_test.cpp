// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <unistd.h>

#include <regex>
#include <stdexcept>
#include <string>

#include "support/child_process.hpp"
#include "support/temporary_folder.hpp"

namespace multiprocessing::tests::long_steps_test {
namespace {

// run_quietly of tools/common.sh, off a terminal, with so many seconds for a minute. In `step`, "$output" is the file
// that all of it is written to.
ChildResult run_step(const std::string& step, const std::string& minute = "1") {
  const TemporaryFolder folder;
  const std::string script = ". " COMMON_SCRIPT "; minute=" + minute +
                             "; export output=" + (folder / "output").string() + "; run_quietly waiting bash -c '" +
                             step + "' >\"$output\"; status=$?; cat \"$output\"; exit $status";
  return run_in_child([&] {
    ::execl("/bin/bash", "bash", "-c", script.c_str(), nullptr);
    throw std::runtime_error("cannot run bash");
  });
}

TEST(LongStep, SaysEachMinuteOffATerminalHowLongItHasRunAndItsLastLine) {
  const ChildResult result = run_step(
      "echo begun; printf half; until [ $(grep -c \"after [0-9]* s: begun\" \"$output\") -ge 2 ]; do sleep 0.1; done");

  EXPECT_EQ(result.exit_code, 0) << result;
  const std::regex lines("waiting ...(\n  after [0-9]+ s: (begun|half)?){2,}\nwaiting: [0-9]+ s\n");
  EXPECT_TRUE(std::regex_match(result.standard_output, lines)) << result;
}

TEST(LongStep, ThatIsShortIsOneLine) {
  const ChildResult result = run_step("echo begun", "60");

  EXPECT_EQ(result.exit_code, 0) << result;
  EXPECT_TRUE(std::regex_match(result.standard_output, std::regex("waiting ... [0-9]+ s\n"))) << result;
}

TEST(LongStep, ThatFailsShowsAllThatItWroteItsUnfinishedLineToo) {
  const ChildResult result = run_step("echo begun; printf half; exit 3");

  EXPECT_EQ(result.exit_code, 3) << result;
  EXPECT_TRUE(result.standard_output.ends_with("waiting failed:\nbegun\nhalf\n")) << result;
}

}  // namespace
}  // namespace multiprocessing::tests::long_steps_test
