// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "tools/run_demo.hpp"

namespace multiprocessing::tests::demos_work_test {
namespace {

// The rows of the picture under the line that begins with `title`.
std::vector<std::string> picture(const std::string& story, const std::string& title) {
  std::istringstream lines(story.substr(std::min(story.size(), story.find("\n" + title) + 1)));
  std::vector<std::string> rows;
  std::string line;
  for (std::getline(lines, line); std::getline(lines, line) && line.starts_with("  painter ");) {
    rows.push_back(line.substr(line.find('|') + 1));
  }
  return rows;
}

// The most rows that have one of these letters in the same column.
long most_at_once(const std::vector<std::string>& rows, const std::string& letters) {
  long most = 0;
  for (std::size_t column = 0; column < rows.front().size(); ++column) {
    most = std::max(most, std::ranges::count_if(rows, [&](const std::string& row) {
                      return letters.find(row[column]) != std::string::npos;
                    }));
  }
  return most;
}

std::string letters_of(const std::string& row) {
  std::string letters = row;
  std::erase_if(letters, [](char letter) { return std::string(" .~|").find(letter) != std::string::npos; });
  letters.erase(std::unique(letters.begin(), letters.end()), letters.end());
  return letters;
}

const std::string& painters() {
  static const std::string story = run_demo("painters").standard_output;
  return story;
}

TEST(Painters, OneWithOneArmHasBegunAllWallsButDoesOneStrokeAtATime) {
  const std::string& story = painters();
  const std::vector<std::string> rows = picture(story, "CONCURRENT");
  ASSERT_EQ(rows.size(), 1U) << story;
  EXPECT_TRUE(letters_of(rows[0]).starts_with("rgbyr")) << story;
}

TEST(Painters, TwoArmsPaintWhatOneHeadKnows) {
  const std::string& story = painters();
  const std::vector<std::string> rows = picture(story, "PARALLEL");
  ASSERT_EQ(rows.size(), 2U) << story;
  EXPECT_TRUE(letters_of(rows[0]).starts_with("rbr")) << story;
  EXPECT_TRUE(letters_of(rows[1]).starts_with("gyg")) << story;
  EXPECT_EQ(most_at_once(rows, "~"), 1) << story;
}

TEST(Painters, NeverAreTwoAtASharedDispenser) {
  const std::string& story = painters();
  const std::vector<std::string> rows = picture(story, "SYNCHRONOUS");
  ASSERT_EQ(rows.size(), 4U) << story;
  EXPECT_EQ(most_at_once(rows, "~"), 1) << story;
  std::string walls;
  for (const std::string& row : rows) walls += letters_of(row);
  EXPECT_EQ(walls, "rgby") << story;
}

TEST(Painters, WhoAreFarApartPaintInTheColoursOfTheLetter) {
  const std::string& story = painters();
  for (const char* const title : {"ASYNCHRONOUS", "All of it"}) {
    std::string walls;
    for (const std::string& row : picture(story, title)) walls += letters_of(row);
    EXPECT_EQ(walls, title[0] == 'A' && title[1] == 'S' ? "BYGR" : "BYGRBYGR") << story;
  }
}

// The numbers of each line that matches, in its groups.
std::vector<std::vector<double>> numbers(const std::string& story, const std::string& pattern) {
  std::vector<std::vector<double>> found;
  const std::regex line(pattern);
  for (std::sregex_iterator match(story.begin(), story.end(), line); match != std::sregex_iterator(); ++match) {
    found.emplace_back();
    for (std::size_t group = 1; group < match->size(); ++group) found.back().push_back(std::stod(match->str(group)));
  }
  return found;
}

const std::string& gather() {
  static const std::string story = run_demo("gather").standard_output;
  return story;
}

TEST(Gather, TheRootHasWhatEachRankCountedAndPi) {
  const std::string& story = gather();

  const auto ranks = numbers(story, "  rank ([0-9]): ([0-9]+) of ([0-9]+) darts\n");
  ASSERT_EQ(ranks.size(), 4U) << story;
  double all = 0;
  for (std::size_t rank = 0; rank < 4; ++rank) {
    EXPECT_EQ(ranks[rank][0], static_cast<double>(rank)) << story;
    all += ranks[rank][1];
  }
  const auto root = numbers(story, "pi is about 4 x ([0-9]+) / ([0-9]+) = ([0-9.]+)\n");
  ASSERT_EQ(root.size(), 1U) << story;
  EXPECT_EQ(root[0][0], all) << story;
  EXPECT_EQ(root[0][1], 4 * ranks[0][2]) << story;
  EXPECT_NEAR(root[0][2], 3.14159, 0.002) << story;
  EXPECT_NE(story.find("Its counts are the same."), std::string::npos) << story;
}

TEST(Gather, TheRootLearnsThatARankIsLost) {
  const std::string& story = gather();
  EXPECT_NE(story.find("\nEOFError: the other end of the pipe is gone"), std::string::npos) << story;
}

const std::string& pickling() {
  static const std::string story = run_demo("pickling").standard_output;
  return story;
}

// What the lines of the story say after this word.
std::vector<std::string> sayings(const std::string& who) {
  std::vector<std::string> found;
  std::istringstream lines(pickling());
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("    " + who)) found.push_back(line.substr(line.find_first_not_of(' ', 4 + who.size())));
  }
  return found;
}

std::string text_of(const std::filesystem::path& file) {
  std::ifstream stream(file);
  return {std::istreambuf_iterator<char>(stream), {}};
}

// All headers, with the parts of a long string put together.
std::string headers() {
  std::string text;
  for (const auto& file : std::filesystem::recursive_directory_iterator(DEMOS_SOURCES "/../../include")) {
    if (file.path().extension() == ".hpp") text += text_of(file);
  }
  return std::regex_replace(text, std::regex("\"\\s*\n\\s*\""), "");
}

TEST(Pickling, QuotesWhatTheLibrarySaysWhenItIsCompiled) {
  const std::string real = headers();
  std::size_t quoted = 0;
  for (const std::string& here : sayings("here:")) {
    if (!here.starts_with('"')) continue;
    ++quoted;
    const std::string message = here.substr(1, here.rfind('"') - 1);
    EXPECT_NE(real.find("\"multiprocessing: " + message), std::string::npos) << message;
  }
  EXPECT_EQ(quoted, 4U) << pickling();
}

TEST(Pickling, SaysWhatPythonSaysAsTheTableOfProgramsThatDoNotCompileHasIt) {
  std::string table = text_of(DEMOS_SOURCES "/../../tests/compile_fail/README.md");
  std::erase(table, '`');
  const std::vector<std::string> python = sayings("Python:");
  ASSERT_EQ(python.size(), 6U) << pickling();
  for (std::size_t row = 0; row < 4; ++row) EXPECT_NE(table.find(python[row]), std::string::npos) << python[row];
}

TEST(Pickling, ShowsWhatOnlyTheRunCanSay) {
  const std::string& story = pickling();
  EXPECT_NE(
      story.find("MaybeEncodingError: the result, of type Ticket, cannot be sent: std::runtime_error: a ticket is\n"
                 "            not transferable"),
      std::string::npos)
      << story;
  if (story.find("no library to show it") == std::string::npos) {
    EXPECT_NE(
        story.find("PicklingError: can't get 'compressBound' from 'libz.so.1' in a worker: the library was loaded"),
        std::string::npos)
        << story;
    EXPECT_NE(story.find("load the library before the pool is made: 1013\n"), std::string::npos) << story;
  }
}

TEST(Pickling, EndsInWaysOutThatWork) { EXPECT_EQ(count_of(pickling(), ": 3 6 9\n"), 2U) << pickling(); }

}  // namespace
}  // namespace multiprocessing::tests::demos_work_test
