// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/child_process.hpp"
#include "tools/run_demo.hpp"

namespace multiprocessing::tests::demo_script_test {
namespace {

namespace fs = std::filesystem;

// tools/demo of the source tree, with arguments for which it builds nothing.
ChildResult script(std::vector<std::string> arguments) {
  return run_in_child([&] {
    std::vector<char*> pointers{const_cast<char*>(DEMO_SCRIPT)};
    for (std::string& argument : arguments) pointers.push_back(argument.data());
    pointers.push_back(nullptr);
    ::execv(DEMO_SCRIPT, pointers.data());
    throw std::runtime_error("cannot run " DEMO_SCRIPT);
  });
}

std::string text_of(const fs::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::vector<std::string> demos() {
  std::vector<std::string> names;
  for (const fs::directory_entry& file : fs::directory_iterator(DEMOS_SOURCES)) {
    if (file.path().extension() == ".cpp") names.push_back(file.path().stem().string());
  }
  std::ranges::sort(names);
  return names;
}

TEST(DemoScript, ListsEachDemonstrationOnALineWithWhatItShows) {
  const ChildResult result = script({"--list"});

  EXPECT_EQ(result.exit_code, 0) << result;
  EXPECT_EQ(result.standard_error, "");
  const std::vector<std::string> lines = lines_of(result.standard_output);
  const std::vector<std::string> names = demos();
  ASSERT_EQ(lines.size(), names.size() + 1) << result;
  for (std::size_t i = 0; i < names.size(); ++i) {
    EXPECT_TRUE(std::regex_match(lines[i + 1], std::regex("  " + names[i] + "\\*? +[A-Z0-9].*\\."))) << lines[i + 1];
    EXPECT_LE(lines[i + 1].size(), 120U) << lines[i + 1];
  }
}

TEST(DemoScript, SourceIsTheFile) {
  for (const std::string& name : demos()) {
    const ChildResult result = script({name, "--source"});

    EXPECT_EQ(result.exit_code, 0) << result;
    EXPECT_EQ(result.standard_output, text_of(DEMOS_SOURCES "/" + name + ".cpp"));
  }
}

TEST(DemoScript, AnExerciseIsTheFileWithoutItsKeyLine) {
  for (const std::string& name : demos()) {
    const ChildResult result = script({name, "--exercise"});

    EXPECT_EQ(result.exit_code, 0) << result;
    const std::vector<std::string> source = lines_of(text_of(DEMOS_SOURCES "/" + name + ".cpp"));
    const std::vector<std::string> exercise = lines_of(result.standard_output);
    ASSERT_EQ(exercise.size(), source.size()) << name;
    for (std::size_t i = 0; i < source.size(); ++i) {
      const bool is_key = source[i].ends_with("// the key line");
      const std::string indent = source[i].substr(0, source[i].find_first_not_of(' '));
      EXPECT_EQ(exercise[i], is_key ? indent + "// your turn" : source[i]) << name;
    }
    EXPECT_EQ(count_of(result.standard_output, "// your turn"), 1U) << name;
  }
}

TEST(DemoScript, AnUnknownNameIsExitCodeTwoAndTheList) {
  for (const std::vector<std::string>& arguments : std::vector<std::vector<std::string>>{{"nothing"},
                                                                                         {"nothing", "--source"},
                                                                                         {"nothing", "--exercise"},
                                                                                         {"../demos/fork", "--source"},
                                                                                         {"--none"}}) {
    const ChildResult result = script(arguments);

    EXPECT_EQ(result.exit_code, 2) << result;
    EXPECT_EQ(result.standard_output, "");
    EXPECT_EQ(result.standard_error, "tools/demo: no demonstration is called '" + arguments.front() + "'\n" +
                                         script({"--list"}).standard_output);
  }
}

TEST(DemoScript, HelpNamesEachWayToCallIt) {
  const ChildResult result = script({"--help"});

  EXPECT_EQ(result.exit_code, 0) << result;
  for (const char* way :
       {"tools/demo  ", "NAME [ARGUMENT", "NAME --source", "NAME --exercise", "course", "all", "jobs", "--list"}) {
    EXPECT_NE(result.standard_output.find(way), std::string::npos) << way;
  }
}

// The course's order stands in the script, the stars in the files.
TEST(DemoScript, TheCourseIsWhatHasAStar) {
  const std::string text = text_of(DEMO_SCRIPT);
  std::smatch course;
  ASSERT_TRUE(std::regex_search(text, course, std::regex("\ncourse=\\(([a-z -]+)\\)\n")));
  const std::string in_course = " " + course.str(1) + " ";
  for (const std::string& name : demos()) {
    const bool has_star = lines_of(text_of(DEMOS_SOURCES "/" + name + ".cpp")).at(1).starts_with("// " + name + "*: ");
    EXPECT_EQ(has_star, in_course.find(" " + name + " ") != std::string::npos) << name;
  }
}

}  // namespace
}  // namespace multiprocessing::tests::demo_script_test
