// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/child_process.hpp"
#include "support/temporary_folder.hpp"

namespace multiprocessing::tests::demo_test {
namespace {

namespace fs = std::filesystem;

ChildResult demo(std::vector<std::string> arguments, void (*first)() = nullptr) {
  return run_in_child([&] {
    if (first != nullptr) first();
    std::vector<char*> pointers{const_cast<char*>(DEMO_PROGRAM)};
    for (std::string& argument : arguments) pointers.push_back(argument.data());
    pointers.push_back(nullptr);
    ::execv(DEMO_PROGRAM, pointers.data());
    throw std::runtime_error("cannot run " DEMO_PROGRAM);
  });
}

void stay_on_one_cpu() {
  cpu_set_t all;
  if (sched_getaffinity(0, sizeof all, &all) != 0) throw std::runtime_error("no affinity");
  std::size_t cpu = 0;
  while (!CPU_ISSET(cpu, &all)) ++cpu;
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(cpu, &one);
  if (sched_setaffinity(0, sizeof one, &one) != 0) throw std::runtime_error("affinity stays");
}

// The line of `text` that holds `part`, or nothing.
std::string line_with(const std::string& text, const std::string& part) {
  const std::size_t found = text.find(part);
  if (found == std::string::npos) return {};
  const std::size_t begin = text.rfind('\n', found) + 1;
  return text.substr(begin, text.find('\n', found) - begin);
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

class Tree {
 public:
  fs::path path(const std::string& name) const { return root_ / name; }
  void write(const std::string& name, const std::string& text) const {
    fs::create_directories(path(name).parent_path());
    std::ofstream(path(name), std::ios::binary) << text;
  }

 private:
  const TemporaryFolder root_;
};

TEST(Demo, PiIsTheSameForAnyNumberOfWorkers) {
  const ChildResult one = demo({"pi", "--tasks", "4", "--darts", "1000", "--processes", "1"});
  const ChildResult three = demo({"pi", "--tasks=4", "--darts=1000", "--processes=3"});

  EXPECT_EQ(one.exit_code, 0) << one;
  EXPECT_EQ(three.exit_code, 0) << three;
  EXPECT_TRUE(has(one.standard_output, "pi is about 3.")) << one;
  EXPECT_EQ(line_with(one.standard_output, "pi is about"), line_with(three.standard_output, "pi is about"));
  EXPECT_TRUE(has(three.standard_output, "3 processes")) << three;
}

// The first thing that a newcomer sees: starting two processes must be little against the work.
TEST(Demo, PiIsLongEnoughToBeWorthAPool) {
  EXPECT_TRUE(has(demo({"--help"}).standard_output, "how many tasks (100)"));
  const ChildResult tenth = demo({"pi", "--tasks", "10"});

  EXPECT_EQ(tenth.exit_code, 0) << tenth;
  std::smatch work;
  const std::regex row("SerialPool  1 process +[0-9.]+ ms +([0-9.]+) (m?s) ");
  ASSERT_TRUE(std::regex_search(tenth.standard_output, work, row)) << tenth;
  EXPECT_GE(std::stod(work[1]) * (work[2] == "s" ? 1000 : 1), 30) << tenth;
  EXPECT_TRUE(has(tenth.standard_output, "Measured once: the same job with each pool; speed-up is ")) << tenth;
}

TEST(Demo, OnOneCpuItSaysWhyThereIsNoSpeedUp) {
  const ChildResult result = demo({"pi", "--darts", "1000", "--processes", "3"}, stay_on_one_cpu);

  EXPECT_EQ(result.exit_code, 0) << result;
  EXPECT_TRUE(has(result.standard_output, "may run on one CPU only: workers take turns there")) << result;
}

TEST(Demo, APipeGetsTheReportAndNothingElse) {
  const ChildResult result = demo({"pi", "--tasks", "4", "--darts", "1000"});

  EXPECT_EQ(result.standard_error, "");
  EXPECT_EQ(result.standard_output.find_first_of("\r\033"), std::string::npos) << result;
}

TEST(Demo, AWrongCommandLineIsOneLineAndExitCodeTwo) {
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases{
      {{"pi", "--darts", "0"}, "--darts: 0 is out of range: 1 to 1000000000000"},
      {{"pi", "--darts", "-5"}, "--darts: -5 is out of range"},
      {{"pi", "--tasks", "99999999999999999999999"}, "is out of range: 1 to 1000000"},
      {{"pi", "--tasks", "ten"}, "--tasks: 'ten' is not a whole number"},
      {{"pi", "--tasks", "-"}, "--tasks: '-' is not a whole number"},
      {{"pi", "--tasks"}, "--tasks: needs a number"},
      {{"pi", "more"}, "'more'"},
      {{"pi", "--top", "3"}, "--top belongs to wordcount"},
      {{"--colour"}, "'--colour': there is no such option"},
      {{"e"}, "'e': there is no such job"}};
  for (const auto& [arguments, part] : cases) {
    const ChildResult result = demo(arguments);

    EXPECT_EQ(result.exit_code, 2) << result;
    EXPECT_TRUE(has(result.standard_error, part)) << result;
    EXPECT_EQ(result.standard_error.find('\n'), result.standard_error.size() - 1) << result;
    EXPECT_EQ(result.standard_output, "");
  }
}

TEST(Demo, HelpGoesToStandardOutput) {
  const ChildResult result = demo({"--help"});

  EXPECT_EQ(result.exit_code, 0);
  EXPECT_TRUE(has(result.standard_output, "usage: multiprocessing-demo"));
}

TEST(Demo, WordsAreCountedAcrossFilesAndBeyondAscii) {
  const Tree tree;
  tree.write("a.txt",
             "Apple \xE2\x80\x9C"
             "apple\xE2\x80\x9D, \xC3\xA9t\xC3\xA9.");
  tree.write("b/c/d.txt", "apple-pie 42 \xC3\xA9t\xC3\xA9\xC2\xA0pie\xFF");

  const ChildResult result = demo({"wordcount", tree.path("").string(), "--processes", "2"});

  EXPECT_EQ(result.exit_code, 0) << result;
  EXPECT_TRUE(has(result.standard_output, "2 files")) << result;
  EXPECT_TRUE(has(result.standard_output, "  3  apple\n")) << result;
  EXPECT_TRUE(has(result.standard_output, "  2  \xC3\xA9t\xC3\xA9\n")) << result;
  EXPECT_TRUE(has(result.standard_output, "  1  pie\\xff\n")) << result;
}

TEST(Demo, WhatCannotBeReadIsReportedAndTheRestIsCounted) {
  const Tree tree;
  tree.write("good/text", "pear pear");
  tree.write("good/picture", std::string("\x89PNG\0pear", 9));
  fs::create_directories(tree.path("good/empty"));
  fs::create_directory_symlink("..", tree.path("good/loop"));
  ASSERT_EQ(::mkfifo(tree.path("good/fifo").c_str(), 0600), 0);
  fs::create_symlink("nowhere", tree.path("dangling"));
  fs::create_symlink("itself", tree.path("itself"));

  const ChildResult result = demo({"wordcount", tree.path("good").string(), tree.path("dangling").string(),
                                   tree.path("itself").string(), tree.path("good/fifo").string()});

  EXPECT_EQ(result.exit_code, 2) << result;
  EXPECT_TRUE(has(result.standard_output, "  2  pear\n")) << result;
  EXPECT_TRUE(has(result.standard_output, "skipped 1 binary file; could not read 3")) << result;
  EXPECT_TRUE(has(result.standard_error, "/dangling: No such file or directory\n")) << result;
  EXPECT_TRUE(has(result.standard_error, "/itself: Too many levels of symbolic links\n")) << result;
  EXPECT_TRUE(has(result.standard_error, "/good/fifo: Neither a file nor a folder\n")) << result;
}

// Where even root may not read: the system refuses it in each worker, and each time the item's error says so.
TEST(Demo, AFileThatTheSystemRefusesIsReportedWithTheSystemsReason) {
  const fs::path refused = "/proc/self/mem";
  if (!fs::exists(refused)) GTEST_SKIP() << refused << " does not exist here";

  const ChildResult result = demo({"wordcount", refused.string()});

  EXPECT_EQ(result.exit_code, 2) << result;
  EXPECT_TRUE(has(result.standard_error, "/proc/self/mem: Input/output error\n")) << result;
}

}  // namespace
}  // namespace multiprocessing::tests::demo_test
