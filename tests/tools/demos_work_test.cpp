// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "support/temporary_folder.hpp"
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

// Where a step begins in the picture, in tens of milliseconds. It lasts at least seven of them.
std::size_t begin_of(const std::vector<std::string>& rows, const std::string& step) {
  std::size_t begin = std::string::npos;
  for (const std::string& row : rows) begin = std::min(begin, row.find("|" + step));
  return begin;
}

TEST(Graph, EachStepWaitsForThoseThatItNeedsAndForNoOther) {
  const std::string story = run_demo("graph").standard_output;
  std::vector<std::string> rows;
  std::istringstream lines(story);
  for (std::string line; std::getline(lines, line);) {
    if (line.find("|load ") != std::string::npos) rows.push_back(line);
  }
  ASSERT_EQ(rows.size(), 2U) << story;
  for (char number = '0'; number != '8'; ++number) {
    const std::size_t half = begin_of(rows, std::string("half ") + number);
    ASSERT_NE(half, std::string::npos) << story;
    EXPECT_LE(begin_of(rows, std::string("load ") + number) + 7, half) << story;
  }
  EXPECT_LE(begin_of(rows, "half") + 7, begin_of(rows, "add")) << story;
  EXPECT_LE(begin_of(rows, "add"), begin_of(rows, "load 7")) << story;
  EXPECT_EQ(count_of(story, "|add"), 7U) << story;
}

const std::string& pickling() {
  static const std::string story = run_demo("pickling").standard_output;
  return story;
}

std::string text_of(const std::filesystem::path& file) {
  std::ifstream stream(file);
  return {std::istreambuf_iterator<char>(stream), {}};
}

// What is said of each of these, on one line.
std::string said_of(const std::string& story, const std::string& begin, const std::string& end) {
  const std::size_t at = story.find(begin) + begin.size();
  return std::regex_replace(story.substr(at, story.find(end, at) - at), std::regex("\n {12}"), " ");
}
std::string words_of_compiler(const std::string& story) {
  return said_of(story, "in an order of its own:\n", "\nA result that cannot be sent");
}

// The story with this as the compiler.
std::string pickling_with(const char* compiler) {
  ::setenv("CXX", compiler, 1);
  const std::string story = run_demo("pickling").standard_output;
  ::unsetenv("CXX");
  return story;
}

TEST(Pickling, ShowsWhatTheCompilerAtHandSays) {
  const std::string words = words_of_compiler(pickling());
  EXPECT_EQ(count_of(words, "error: "), 4U) << pickling();
  for (const char* const message :
       {"this function object carries state that cannot be sent to a worker", "a raw pointer cannot be sent",
        "such an object should only be shared between processes through inheritance",
        "the function takes a non-const"}) {
    EXPECT_EQ(count_of(words, std::string("multiprocessing: ") + message), 1U) << pickling();
  }
}

TEST(Pickling, HasNoWordsOfACompilerByHeart) {
  const TemporaryFolder folder;
  const std::string compiler = folder / "compiler";
  std::ofstream(compiler) << "#!/bin/sh\necho 'x.cpp:1: error: spoken by a test'\nexit 1\n";
  std::filesystem::permissions(compiler, std::filesystem::perms::owner_all);
  EXPECT_EQ(words_of_compiler(pickling_with(compiler.c_str())), "            error: spoken by a test\n");
  EXPECT_EQ(words_of_compiler(pickling_with("/no/such/compiler")),
            "            Nothing: there is no compiler here (c++, or what CXX names).\n");
}

TEST(Pickling, SaysWhatPythonSaysAsTheTableOfProgramsThatDoNotCompileHasIt) {
  std::string table = text_of(DEMOS_SOURCES "/../../tests/compile_fail/README.md");
  std::erase(table, '`');
  const auto python = all_matches(pickling(), "Python: +(.*)\n");
  ASSERT_EQ(python.size(), 5U) << pickling();
  for (const std::vector<std::string>& words : python) EXPECT_NE(table.find(words[0]), std::string::npos) << words[0];
}

TEST(Pickling, ALambdaWithoutCapturesWorksHereAndNotInPython) {
  EXPECT_NE(pickling().find("here:   it works: 3 6 9\n    Python: PicklingError"), std::string::npos) << pickling();
}

TEST(Pickling, ShowsWhatOnlyTheRunCanSay) {
  const std::string here = said_of(pickling(), "MaybeEncodingError:\n    here:   ", "\nA lambda without captures");
  EXPECT_NE(here.find("Ticket, cannot be sent: std::runtime_error: a ticket is not transferable"), std::string::npos)
      << pickling();
}

TEST(Pickling, EndsInWaysOutThatWork) { EXPECT_EQ(count_of(pickling(), ": 3 6 9\n"), 3U) << pickling(); }

TEST(Openmp, SaysSoIfItWasBuiltWithoutIt) {
  const std::string said = "This program was built without OpenMP";
  const ChildResult without = run_demo("openmp-without");
  EXPECT_EQ(without.exit_code, 0) << without;
  EXPECT_EQ(count_of(without.standard_output, said), 1U) << without;
#ifdef DEMOS_HAVE_OPENMP
  EXPECT_EQ(count_of(run_demo("openmp").standard_output, said), 0U);
#endif
}

}  // namespace
}  // namespace multiprocessing::tests::demos_work_test
