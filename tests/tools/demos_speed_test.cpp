// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "tools/run_demo.hpp"

// What the demonstrations about speed teach; what holds for every demonstration is in demos_test.cpp.
namespace multiprocessing::tests {
namespace {

// What the groups of `pattern` matched, for each place in `text` where it does.
std::vector<std::vector<std::string>> all_matches(const std::string& text, const std::string& pattern) {
  const std::regex regex(pattern);
  std::vector<std::vector<std::string>> found;
  for (std::sregex_iterator match(text.begin(), text.end(), regex), end; match != end; ++match) {
    std::vector<std::string> groups;
    for (std::size_t i = 1; i < match->size(); ++i) groups.push_back(match->str(i));
    found.push_back(std::move(groups));
  }
  return found;
}

// The program is the parent, and does thing two itself; thing one is done by a child of it, or, without a fork, by it.
TEST(DemoFork, ThingOneIsDoneByAChildAndThingTwoByItsParent) {
  const ChildResult result = run_demo("fork");

  const std::string program = all_matches(result.standard_output, "This is process ([0-9]+)").at(0).at(0);
  const auto things = all_matches(result.standard_output, "thing (one|two): process ([0-9]+), child of ([0-9]+)");
  ASSERT_EQ(things.size(), 6U) << result;
  std::set<std::string> children;
  for (std::size_t i = 0; i < things.size(); ++i) {
    const std::vector<std::string>& thing = things[i];
    const bool forked = thing[0] == "one" && i < 4;
    EXPECT_EQ(thing[1] != program, forked) << result;
    EXPECT_EQ(thing[2] == program, forked) << result;
    if (forked) children.insert(thing[1]);
  }
  EXPECT_EQ(children.size(), 2U) << result;
}

TEST(DemoSleeping, AllNapsAreAnsweredInOrderAndTheProgramWasFreeMeanwhile) {
  const ChildResult result = run_demo("sleeping");

  EXPECT_GE(count_of(result.standard_output, "ready()? No."), 1U) << result;
  EXPECT_EQ(count_of(result.standard_output, "24 answers, in the order of the questions: 1 to 24."), 1U) << result;
}

}  // namespace
}  // namespace multiprocessing::tests
