// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <signal.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <iterator>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "support/deadline.hpp"
#include "support/temporary_folder.hpp"
#include "tools/run_demo.hpp"

namespace multiprocessing::tests::demos_farm_test {
namespace {

std::string text_of(const std::string& file) {
  std::ifstream stream(file);
  return {std::istreambuf_iterator<char>(stream), {}};
}

// With its marks in a folder that stays.
ChildResult farm(const std::string& marks, std::vector<std::string> arguments) {
  ::setenv("FARM", marks.c_str(), 1);
  ChildResult result = run_demo("farm", arguments);
  ::unsetenv("FARM");
  return result;
}

TEST(Farm, SaysWhatFailedAndWhyAndSkipsWhatIsDone) {
  const std::string story = run_demo("farm").standard_output;
  const std::size_t again = story.find("Once more");
  ASSERT_NE(again, std::string::npos) << story;
  for (const std::string& run : {story.substr(0, again), story.substr(again)}) {
    EXPECT_EQ(count_of(run, "\n  exit 3: exit code 3\n"), 1U) << story;
    EXPECT_EQ(count_of(run, "\n  kill -9 $$: signal 9\n"), 1U) << story;
    EXPECT_EQ(count_of(run, "\n  no-such-program: exit code 127\n"), 1U) << story;
  }
  EXPECT_LT(story.find("\n3 done, 3 failed, 0 skipped\n"), again) << story;
  EXPECT_GT(story.find("\n0 done, 3 failed, 3 skipped\n"), again) << story;
}

TEST(Farm, RunsAnyCommandOnEachInputWhateverItsLetters) {
  const TemporaryFolder folder;
  const std::string odd = folder / "a \"b\" 'c' $HOME `d` {}; e";
  const std::string plain = folder / "plain";

  std::ofstream(folder / "source") << "copied";
  const ChildResult result = farm(folder / "marks", {"cp " + (folder / "source").string() + " {}", odd, plain});

  EXPECT_EQ(result.exit_code, 0) << result;
  EXPECT_EQ(result.standard_output, "2 done, 0 failed, 0 skipped\n");
  EXPECT_EQ(text_of(odd), "copied");
  EXPECT_EQ(text_of(plain), "copied");
}

TEST(Farm, WithoutAPlaceForItTheInputComesLast) {
  const ChildResult result = run_demo("farm", {"printf '<%s>'", "one two"});
  EXPECT_EQ(result.standard_output, "<one two>1 done, 0 failed, 0 skipped\n") << result;
}

TEST(Farm, ASecondRunDoesOnlyWhatIsNotDoneYet) {
  const TemporaryFolder folder;
  const std::string marks = folder / "marks", log = folder / "log";
  const std::string command = "echo {} >> " + log + "; test {} != bad";

  const ChildResult first = farm(marks, {command, "good", "bad", "fine"});
  EXPECT_EQ(first.exit_code, 1) << first;
  EXPECT_EQ(first.standard_output, "2 done, 1 failed, 0 skipped\n  bad: exit code 1\n");
  const ChildResult second = farm(marks, {command, "good", "bad", "fine", "new"});
  EXPECT_EQ(second.standard_output, "1 done, 1 failed, 2 skipped\n  bad: exit code 1\n") << second;
  const std::string lines = text_of(log);
  EXPECT_EQ(count_of(lines, "good\n"), 1U) << lines;
  EXPECT_EQ(count_of(lines, "fine\n"), 1U) << lines;
  EXPECT_EQ(count_of(lines, "bad\n"), 2U) << lines;
  EXPECT_EQ(count_of(lines, "new\n"), 1U) << lines;
  const ChildResult other = farm(marks, {"true", "good"});
  EXPECT_EQ(other.standard_output, "1 done, 0 failed, 0 skipped\n") << "another command has marks of its own";
}

// A terminal's Ctrl-C is a SIGINT for all processes of the group; one of these does not mind it.
TEST(Farm, CtrlCEndsAll) {
  const TemporaryFolder folder;
  const std::string marks = folder / "marks";
  std::filesystem::create_directory(marks);
  ChildProcess child([&] {
    ::setpgid(0, 0);
    ::setenv("FARM", marks.c_str(), 1);
    ::setenv("MULTIPROCESSING_CPU_COUNT", "2", 1);
    const std::string command = "case {} in *deaf) trap '' INT;; esac; touch {}; sleep 600";
    ::execl(DEMOS_FOLDER "/farm", "farm", command.c_str(), (folder / "one").c_str(), (folder / "deaf").c_str(),
            (folder / "never").c_str(), nullptr);
  });
  const auto exists = [&](const char* name) { return std::filesystem::exists(folder / name); };
  ASSERT_TRUE(eventually([&] { return exists("one") && exists("deaf"); }));

  ::kill(-child.pid(), SIGINT);
  const ChildResult result = child.wait();

  EXPECT_EQ(result.signal, SIGINT) << result;
  EXPECT_TRUE(eventually([&] { return ::kill(-child.pid(), 0) != 0 && errno == ESRCH; })) << "some processes are left";
  EXPECT_FALSE(exists("never"));
  EXPECT_TRUE(std::filesystem::is_empty(marks));
}

// The folders for marks of the story. Other runs may have theirs at the same time, for a while.
std::set<std::string> folders_of_farms() {
  std::set<std::string> found;
  for (const auto& entry : std::filesystem::directory_iterator("/tmp")) {
    if (entry.path().filename().string().starts_with("farm.")) found.insert(entry.path());
  }
  return found;
}

TEST(Farm, LeavesNothingInTheTemporaryFolder) {
  const std::set<std::string> before = folders_of_farms();
  run_demo("farm", {"true", "1", "2"});
  run_demo("farm");
  for (const std::string& folder : folders_of_farms()) {
    EXPECT_TRUE(before.contains(folder) || eventually([&] { return !std::filesystem::exists(folder); })) << folder;
  }
}

TEST(Farm, AMarkHoldsCommandAndInputAsText) {
  const TemporaryFolder folder;
  const std::string marks = folder / "marks";
  farm(marks, {"echo > " + (folder / "out").string() + " {}", "one two"});
  std::vector<std::string> texts;
  for (const auto& mark : std::filesystem::directory_iterator(marks)) texts.push_back(text_of(mark.path()));
  EXPECT_EQ(texts, (std::vector<std::string>{"echo > " + (folder / "out").string() + " {}\none two"}));
}

// The environment of a program that this test starts.
class Environment {
 public:
  Environment(std::initializer_list<std::pair<const char*, const char*>> values) : values_(values) {
    for (const auto& [name, value] : values_) ::setenv(name, value, 1);
  }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;
  ~Environment() {
    for (const auto& [name, value] : values_) ::unsetenv(name);
  }

 private:
  std::vector<std::pair<const char*, const char*>> values_;
};

TEST(Farm, TheTasksOfASlurmArrayShareTheInputs) {
  const std::vector<std::string> command = {"printf '<%s>'", "a", "b", "c", "d", "e"};
  const auto inputs_of = [&](const char* id) {
    const Environment slurm{{"SLURM_ARRAY_TASK_ID", id},
                            {"SLURM_ARRAY_TASK_MIN", "5"},
                            {"SLURM_ARRAY_TASK_COUNT", "2"},
                            {"MULTIPROCESSING_CPU_COUNT", "1"}};
    return run_demo("farm", command);
  };
  EXPECT_EQ(inputs_of("5").standard_output, "<a><c><e>3 done, 0 failed, 0 skipped\n");
  EXPECT_EQ(inputs_of("6").standard_output, "<b><d>2 done, 0 failed, 0 skipped\n");
  const ChildResult beyond = inputs_of("7");
  EXPECT_EQ(beyond.exit_code, 2) << beyond;
  EXPECT_EQ(beyond.standard_output, "");
  EXPECT_NE(beyond.standard_error.find("task 7 is not one of an array of 2 from 5 on"), std::string::npos) << beyond;
}

TEST(Farm, WhatIsNoNumberInTheEnvironmentIsRefused) {
  for (const char* const name : {"FARM_TIMEOUT", "SLURM_ARRAY_TASK_COUNT", "SLURM_ARRAY_TASK_ID"}) {
    const Environment wrong{{name, "5m"}};
    const ChildResult result = run_demo("farm", {"true", "a"});
    EXPECT_EQ(result.exit_code, 2) << result;
    EXPECT_NE(result.standard_error.find(std::string(name) + " should be a number"), std::string::npos) << result;
    EXPECT_NE(result.standard_error.find("'5m'"), std::string::npos) << result;
  }
}

TEST(Farm, AnInputHasItsTimeAndWhatItStartedEndsWithIt) {
  const TemporaryFolder folder;
  const Environment limit{{"FARM_TIMEOUT", "1"}};
  const std::string pid = folder / "pid";

  const ChildResult result =
      farm(folder / "marks", {"case {} in long) echo $$ > " + pid + "; sleep 600; esac", "long", "short"});

  EXPECT_EQ(result.exit_code, 1) << result;
  EXPECT_TRUE(result.standard_output.starts_with("1 done, 1 failed, 0 skipped\n  long: ")) << result;
  EXPECT_NE(result.standard_output.find("1 s"), std::string::npos) << result;
  const int shell = std::stoi(text_of(pid));
  EXPECT_TRUE(eventually([&] { return ::kill(shell, 0) != 0 && errno == ESRCH; })) << shell;
}

TEST(Farm, SaysWhatItDoesNotNoticeAndWhatElseThereIs) {
  const std::string story = run_demo("farm").standard_output;
  for (const char* const part : {"a file that has changed since", "Snakemake", "GNU parallel"}) {
    EXPECT_NE(story.find(part), std::string::npos) << part << '\n' << story;
  }
}

}  // namespace
}  // namespace multiprocessing::tests::demos_farm_test
