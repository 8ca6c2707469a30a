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

// run_quietly of tools/common.sh, off a terminal, with seconds for minutes. In `step`, "$output" is the file that all
// of it is written to.
ChildResult run_step(const std::string& step) {
  const TemporaryFolder folder;
  const std::string script = ". " COMMON_SCRIPT "; minute=1; export output=" + (folder / "output").string() +
                             "; run_quietly waiting bash -c '" + step +
                             "' >\"$output\"; status=$?; cat \"$output\"; exit $status";
  return run_in_child([&] {
    ::execl("/bin/bash", "bash", "-c", script.c_str(), nullptr);
    throw std::runtime_error("cannot run bash");
  });
}

TEST(LongStep, SaysEachMinuteOffATerminalHowLongItHasRunAndItsLastLine) {
  const ChildResult result = run_step("echo begun; printf half; until grep -q \"after 2\" \"$output\"; do :; done");

  EXPECT_EQ(result.exit_code, 0) << result;
  const std::regex lines("waiting ...\n  after 1 s: begun\n  after [23] s: begun\nwaiting: [0-9]+ s\n");
  EXPECT_TRUE(std::regex_match(result.standard_output, lines)) << result;
}

TEST(LongStep, ThatIsShortIsOneLine) {
  const ChildResult result = run_step("echo begun");

  EXPECT_EQ(result.exit_code, 0) << result;
  EXPECT_TRUE(std::regex_match(result.standard_output, std::regex("waiting ...\\s*(waiting:)? [0-9]+ s\n"))) << result;
}

TEST(LongStep, ThatFailsShowsAllThatItWroteItsUnfinishedLineToo) {
  const ChildResult result = run_step("echo begun; printf half; exit 3");

  EXPECT_EQ(result.exit_code, 3) << result;
  EXPECT_TRUE(result.standard_output.ends_with("waiting failed:\nbegun\nhalf\n")) << result;
}

}  // namespace
}  // namespace multiprocessing::tests::long_steps_test
