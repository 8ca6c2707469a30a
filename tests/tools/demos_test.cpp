// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "tools/run_demo.hpp"

namespace multiprocessing::tests::demos_test {
namespace {

namespace fs = std::filesystem;

struct Source {
  std::string name;
  std::vector<std::string> lines;
};

std::vector<Source> sources() {
  std::vector<Source> all;
  for (const fs::directory_entry& file : fs::directory_iterator(DEMOS_SOURCES)) {
    if (file.path().extension() != ".cpp") continue;
    Source source{file.path().stem().string(), {}};
    std::ifstream stream(file.path());
    for (std::string line; std::getline(stream, line);) source.lines.push_back(line);
    all.push_back(std::move(source));
  }
  std::ranges::sort(all, {}, &Source::name);
  return all;
}

std::vector<std::string> names() {
  std::vector<std::string> all;
  for (const Source& source : sources()) all.push_back(source.name);
  return all;
}

// The common lines: what a demonstration needs for its last line.
std::vector<std::string> common_lines(const Source& source) {
  const auto begin = std::ranges::find_if(source.lines, [](const std::string& line) {
    return line == "// The last line of every demo, and what it needs.";
  });
  const auto last = std::find_if(begin, source.lines.end(),
                                 [](const std::string& line) { return line.starts_with("void last_line("); });
  return {begin, std::find(last, source.lines.end(), "}")};
}

// 100 lines are two pages of a projector. They were 85, with lines that did several things at once.
TEST(Demos, EachIsOneShortFileWithItsOwnNameAndTask) {
  const std::vector<Source> all = sources();
  ASSERT_FALSE(all.empty());
  for (const Source& source : all) {
    EXPECT_LE(source.lines.size(), 100U) << source.name;
    ASSERT_GE(source.lines.size(), 3U) << source.name;
    const std::regex title("// " + source.name + "\\*?: [A-Z0-9].*\\.");
    EXPECT_TRUE(std::regex_match(source.lines[1], title)) << source.name << ": " << source.lines[1];
    EXPECT_TRUE(std::regex_match(source.lines[2], std::regex("// Exercise: [a-z].*\\."))) << source.name;
  }
}

TEST(Demos, EachUsesOnlyWhatIsInstalled) {
  for (const Source& source : sources()) {
    for (const std::string& line : source.lines) {
      EXPECT_FALSE(line.starts_with("#include \"")) << source.name << ": " << line;
      EXPECT_EQ(line.find("detail"), std::string::npos) << source.name << ": " << line;
    }
  }
}

TEST(Demos, EachEndsInTheSameLines) {
  const std::vector<Source> all = sources();
  for (const Source& source : all) {
    EXPECT_EQ(common_lines(source).size(), 10U) << source.name;
    EXPECT_EQ(common_lines(source), common_lines(all.front())) << source.name;
  }
}

TEST(Demos, EachHasOneLineThatMatters) {
  for (const Source& source : sources()) {
    const auto is_key = [](const std::string& line) { return line.ends_with("  // the key line"); };
    EXPECT_EQ(std::ranges::count_if(source.lines, is_key), 1) << source.name;
  }
}

// The statements of a file, without strings, comments, and what is in parentheses.
std::vector<std::string> statements(const Source& source) {
  std::string text;
  for (const std::string& line : source.lines) {
    if (!line.starts_with('#')) text += line + '\n';
  }
  for (std::size_t begin = text.find("R\"("); begin != std::string::npos; begin = text.find("R\"(")) {
    text.erase(begin, text.find(")\"", begin) + 2 - begin);
  }
  for (const char* const left_out : {"\"([^\"\\\\\n]|\\\\.)*\"", "//[^\n]*"}) {
    text = std::regex_replace(text, std::regex(left_out), "");
  }
  for (std::string before; before != text;) {
    before = text;
    text = std::regex_replace(text, std::regex("\\([^(){};]*\\)"), "");
  }
  std::vector<std::string> found;
  std::string statement;
  for (const char letter : text) {
    if (letter == ';') found.push_back(statement);
    statement = letter == ';' || letter == '{' || letter == '}' ? "" : statement + letter;
  }
  return found;
}

// What a class stumbles over: acts with a comma between them, as in `return run(), now() - begin;`, ways to write that
// nothing happens, and two ways to print.
TEST(Demos, EachIsWrittenInPlainLines) {
  const std::regex two_acts(
      "\\)*\\s*((if|else|while|for)\\s+)*(return )?[*&+-]*[A-Za-z_][\\w:.>\\[\\]-]*( [+-]?= [^,]*)?,[^]*");
  for (const Source& source : sources()) {
    for (const std::string& line : source.lines) {
      for (const char* const riddle : {": void()", ": nullptr", "? nullptr", "std::cout"}) {
        EXPECT_EQ(line.find(riddle), std::string::npos) << source.name << ": " << line;
      }
    }
    for (const std::string& statement : statements(source)) {
      EXPECT_FALSE(std::regex_match(statement, two_acts)) << source.name << ": " << statement;
    }
  }
}

class EachDemo : public testing::TestWithParam<std::string> {};

// On any number of CPUs, in a pipe.
TEST_P(EachDemo, TellsItsStoryInAPipe) {
  const ChildResult result = run_demo(GetParam());

  EXPECT_EQ(result.exit_code, 0) << result;
  EXPECT_EQ(result.standard_error, "") << result;
  EXPECT_EQ(result.standard_output.find_first_of("\r\033"), std::string::npos) << result;
  const std::regex last("[A-Z0-9].*: [0-9.]+ s\\. [A-Z0-9].*: [0-9.]+ s\\. Ratio: [0-9.]+ \\(best of 3 each\\)\\.\n");
  const std::string& text = result.standard_output;
  const std::size_t begin = text.rfind('\n', text.size() - 2) + 1;
  EXPECT_TRUE(std::regex_match(text.substr(begin), last)) << text.substr(begin);
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 120U) << line;
}

TEST_P(EachDemo, TellsItsStoryOnATerminal) {
  const ChildResult result = run_demo_on_terminal(GetParam());

  EXPECT_EQ(result.exit_code, 0) << result;
  EXPECT_NE(result.standard_output.find("(best of 3 each)"), std::string::npos) << result;
}

std::string name_of(const testing::TestParamInfo<std::string>& info) {
  std::string name = info.param;
  std::ranges::replace(name, '-', '_');
  return name;
}
INSTANTIATE_TEST_SUITE_P(Demos, EachDemo, testing::ValuesIn(names()), name_of);

}  // namespace
}  // namespace multiprocessing::tests::demos_test
