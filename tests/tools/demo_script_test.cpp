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
#include "support/temporary_folder.hpp"
#include "tools/run_demo.hpp"

namespace multiprocessing::tests::demo_script_test {
namespace {

namespace fs = std::filesystem;

// tools/demo of the source tree, with arguments for which it builds little or nothing.
ChildResult script(std::vector<std::string> arguments) {
  set_deadline(std::chrono::seconds{130 * patience});
  return run_in_child(
      [&] {
        std::vector<char*> pointers{const_cast<char*>(DEMO_SCRIPT)};
        for (std::string& argument : arguments) pointers.push_back(argument.data());
        pointers.push_back(nullptr);
        ::execv(DEMO_SCRIPT, pointers.data());
        throw std::runtime_error("cannot run " DEMO_SCRIPT);
      },
      std::chrono::seconds{120 * patience});
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

// Where a file says so.
std::size_t line_of(const std::vector<std::string>& lines, const std::string& end) {
  return static_cast<std::size_t>(
      std::ranges::find_if(lines, [&](const std::string& line) { return line.ends_with(end); }) - lines.begin());
}

TEST(DemoScript, AnExerciseIsTheFileWithoutItsKeyLineAndWithWhatIsToBeDone) {
  for (const std::string& name : demos()) {
    const ChildResult result = script({name, "--exercise"});

    EXPECT_EQ(result.exit_code, 0) << result;
    std::vector<std::string> expected = lines_of(text_of(DEMOS_SOURCES "/" + name + ".cpp"));
    std::string& key = expected[line_of(expected, "// the key line")];
    key = key.substr(0, key.find_first_not_of(' ')) + "// your turn";
    const std::string turn = std::to_string(line_of(expected, "// your turn") + 2);
    expected.insert(expected.begin() + 3,
                    "// Write it in line " + turn + ", \"your turn\". Then: tools/demo " + name + " --check FILE");
    EXPECT_EQ(lines_of(result.standard_output), expected) << name;
    const std::string task = expected[2].substr(std::string("// Exercise: ").size());
    for (const std::string& part : {task, "tools/demo " + name + " --exercise > my.cpp", "Edit line " + turn,
                                    "tools/demo " + name + " --check my.cpp"}) {
      EXPECT_NE(result.standard_error.find(part), std::string::npos) << part << result;
    }
  }
}

void write(const std::string& file, const std::string& text) { std::ofstream(file) << text; }

TEST(DemoScript, ACheckSaysWhatIsMissingBeforeItBuilds) {
  const TemporaryFolder folder;
  const std::string file = folder / "my.cpp";
  write(file, script({"race", "--exercise"}).standard_output);

  const ChildResult untouched = script({"race", "--check", file});
  EXPECT_EQ(untouched.exit_code, 1) << untouched;
  EXPECT_TRUE(
      std::regex_match(untouched.standard_output, std::regex("Not yet: line [0-9]+ of .* says \"your turn\"\\.\n")))
      << untouched;
  for (const ChildResult& wrong : {script({"fork", "--check", file}), script({"fork", "--check"}),
                                   script({"fork", "--check", folder / "nothing"})}) {
    EXPECT_EQ(wrong.exit_code, 2) << wrong;
    EXPECT_NE(wrong.standard_error.find("first: tools/demo fork --exercise > my.cpp"), std::string::npos) << wrong;
  }
}

TEST(DemoScript, ACheckBuildsAFileAndSaysWhetherItPasses) {
#ifndef DEMO_SCRIPT_BUILDS
  GTEST_SKIP() << "tools/demo builds in build/release, and these tests are elsewhere";
#endif
  const TemporaryFolder folder;
  const std::string file = folder / "my own.cpp";
  const std::string solution = text_of(DEMOS_SOURCES "/fork.cpp");
  const auto with = [&](const std::string& condition) {
    write(file, std::regex_replace(solution, std::regex("fork\\(\\) == 0"), condition));
    return script({"fork", "--check", file});
  };

  const ChildResult right = with("fork() == 0");
  EXPECT_EQ(right.exit_code, 0) << right;
  EXPECT_EQ(count_of(right.standard_output, "(best of 3 each)"), 1U) << right;
  EXPECT_NE(right.standard_output.find("\nPassed: " + file + " tells the story of 'fork' to its end.\n"),
            std::string::npos)
      << right;
  const ChildResult wrong = with("getpid() == 0");
  EXPECT_EQ(wrong.exit_code, 1) << wrong;
  EXPECT_NE(wrong.standard_output.find("\nNot yet: " + file + " ended with exit code 1"), std::string::npos) << wrong;
  const ChildResult refused = with("frok() == 0");
  EXPECT_EQ(refused.exit_code, 1) << refused;
  EXPECT_NE(refused.standard_output.find("Not yet: " + file + " does not compile."), std::string::npos) << refused;
  EXPECT_NE(refused.standard_error.find(file + ":41:"), std::string::npos) << refused;
}

TEST(DemoScript, AnUnknownNameIsExitCodeTwoAndTheList) {
  for (const std::vector<std::string>& arguments : std::vector<std::vector<std::string>>{{"nothing"},
                                                                                         {"nothing", "--source"},
                                                                                         {"nothing", "--exercise"},
                                                                                         {"nothing", "--check"},
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
  for (const char* way : {"tools/demo  ", "NAME [ARGUMENT", "NAME --source", "NAME --exercise", "NAME --check FILE",
                          "course", "all", "jobs", "--list"}) {
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
