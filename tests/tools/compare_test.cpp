// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <sys/resource.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/child_process.hpp"
#include "support/deadline.hpp"
#include "support/temporary_folder.hpp"

namespace multiprocessing::tests::compare_test {
namespace {

namespace fs = std::filesystem;

void execute(const std::string& program, std::vector<std::string> arguments) {
  std::vector<char*> pointers{const_cast<char*>(program.c_str())};
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  ::execv(program.c_str(), pointers.data());
  throw std::runtime_error("cannot run " + program);
}

ChildResult compare(const std::vector<std::string>& arguments) {
  return run_in_child([&] { execute(COMPARE_PROGRAM, arguments); }, std::chrono::seconds{60 * patience});
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

bool is_one_line(const std::string& text) { return text.find('\n') == text.size() - 1; }

bool has_gnuplot() {
  return run_in_child([] { execute("/bin/sh", {"-c", "command -v gnuplot"}); }).exit_code == 0;
}

class Compare : public testing::Test {
 protected:
  void SetUp() override {
    if (std::string(COMPARE_PROGRAM).empty()) {
      GTEST_SKIP() << "multiprocessing-compare was not built: it needs nlohmann-json3-dev";
    }
    if (patience != 1) GTEST_SKIP() << "what is measured under a sanitizer is nobody's figure";
  }
  std::string path(const std::string& name) const { return (folder_ / name).string(); }

 private:
  const TemporaryFolder folder_;
};

TEST_F(Compare, HelpNamesTheSectionsAndGoesToStandardOutput) {
  const ChildResult result = compare({"--help"});

  EXPECT_EQ(result.exit_code, 0) << result;
  EXPECT_TRUE(has(result.standard_output, "--quick")) << result;
  EXPECT_TRUE(has(result.standard_output, "startup  ")) << result;
  EXPECT_EQ(result.standard_error, "");
}

TEST_F(Compare, AWrongCommandLineIsOneLineAndExitCodeTwo) {
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases{
      {{"strartup"}, "strartup"},
      {{"--qick"}, "--qick"},
      {{"--launches", "0"}, "--launches"},
      {{"--launches", "six"}, "six"},
      {{"--json"}, "--json"},
      {{"--json", ""}, "--json: its value is empty"},
      {{"--html", ""}, "--html: its"},
      {{"--csv", ""}, "--csv: its"},
      {{"--launches", "-1"}, "--launches"},
      {{"--thorough"}, "--thorough is for --mine"},
      {{"--mine", "task=1s items=1 items=2"}, "--mine: items= was given twice"},
      {{"--json", path("file"), "--html", path("file")}, "both are to be written to"}};
  for (const auto& [arguments, part] : cases) {
    const ChildResult result = compare(arguments);

    EXPECT_EQ(result.exit_code, 2) << result;
    EXPECT_TRUE(has(result.standard_error, part)) << result;
    EXPECT_TRUE(is_one_line(result.standard_error)) << result;
    EXPECT_EQ(result.standard_output, "");
  }
}

TEST_F(Compare, WhatCannotBeWrittenIsSaidBeforeAnythingIsMeasured) {
  std::ofstream(path("file")) << "mine";
  const std::vector<std::pair<std::string, std::string>> cases{{"--json", path("none/run.json")},
                                                               {"--html", path("none/page.html")},
                                                               {"--json", path("")},
                                                               {"--csv", path("file")},
                                                               {"--csv", path("file/csv")}};
  for (const auto& [option, target] : cases) {
    const ChildResult result = compare({"startup", option, target});

    EXPECT_EQ(result.exit_code, 2) << result;
    EXPECT_TRUE(has(result.standard_error, option + ": " + target + " cannot be ")) << result;
    EXPECT_TRUE(is_one_line(result.standard_error)) << result;
    EXPECT_EQ(result.standard_output, "");
  }
  EXPECT_EQ(compare({"startup", "--json", path("file"), "--csv", path("file")}).exit_code, 2);
  std::string text;
  std::ifstream(path("file")) >> text;
  EXPECT_EQ(text, "mine");
}

// The limit holds for the address space, of which a program takes more than it touches.
TEST_F(Compare, TooLittleMemoryIsSaidBeforeAnythingIsMeasured) {
  const ChildResult result = run_in_child([] {
    const rlimit limit{std::size_t{400} << 20, std::size_t{400} << 20};
    ASSERT_EQ(::setrlimit(RLIMIT_AS, &limit), 0);
    execute(COMPARE_PROGRAM, {"crash"});
  });

  EXPECT_EQ(result.exit_code, 2) << result;
  EXPECT_EQ(result.standard_error,
            "multiprocessing-compare: 512 MiB of memory are needed, and only 400 MiB are free\n");
  EXPECT_EQ(result.standard_output, "");
}

TEST_F(Compare, WithoutGnuplotNoPageIsPromised) {
  const ChildResult result = run_in_child([&] {
    ::setenv("PATH", "/nonexistent", 1);
    execute(COMPARE_PROGRAM, {"startup", "--html", path("page.html")});
  });

  EXPECT_EQ(result.exit_code, 2) << result;
  EXPECT_TRUE(has(result.standard_error, "gnuplot: cannot be run: No such file or directory\n")) << result;
  EXPECT_TRUE(is_one_line(result.standard_error)) << result;
  EXPECT_FALSE(fs::exists(path("page.html")));
}

TEST_F(Compare, AQuickRunSaysTheSameInAllThatItWrites) {
  std::vector<std::string> arguments{"startup", "--quick", "--json", path("run.json"), "--csv", path("csv")};
  const bool has_page = has_gnuplot();
  if (has_page) arguments.insert(arguments.end(), {"--html", path("page.html")});

  const ChildResult result = compare(arguments);

  ASSERT_EQ(result.exit_code, 0) << result;
  EXPECT_EQ(result.standard_error, "multiprocessing-compare: sections: 1, 1 launch of each: about 5 s\n");
  EXPECT_EQ(result.standard_output.find_first_of("\r\033"), std::string::npos) << result;
  EXPECT_TRUE(has(result.standard_output, "MADV_DONTFORK")) << result;
  EXPECT_TRUE(fs::exists(path("csv/startup-parent.csv")));
  EXPECT_EQ(fs::exists(path("page.html")), has_page);
  if (std::string(PYTHON).empty()) GTEST_SKIP() << "there is no python3, which compares the files";
  const ChildResult check = run_in_child([&] { execute(PYTHON, {CHECK_OUTPUTS, path(""), SCHEMA}); });
  EXPECT_EQ(check.exit_code, 0) << check;
  if (!has_page) GTEST_SKIP() << "there is no gnuplot: the page was not looked at";
}

TEST_F(Compare, AFullDiskIsAnErrorAndTheOtherFilesAreWritten) {
  const ChildResult result = compare({"startup", "--quick", "--json", "/dev/full", "--csv", path("csv")});

  EXPECT_EQ(result.exit_code, 1) << result;
  EXPECT_EQ(result.standard_error,
            "multiprocessing-compare: sections: 1, 1 launch of each: about 5 s\n"
            "multiprocessing-compare: /dev/full could not be written: No space left on device\n");
  EXPECT_TRUE(fs::exists(path("csv/startup-parent.csv")));
}

}  // namespace
}  // namespace multiprocessing::tests::compare_test
