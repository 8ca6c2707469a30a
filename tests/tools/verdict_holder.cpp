// SPDX-License-Identifier: MIT
#include "verdict_holder.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <regex>
#include <string>
#include <vector>

#include "verdict.hpp"

namespace multiprocessing::tests {
namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// The numbers of a text in the units of the tables: µs, bytes, or what has no unit.
std::vector<double> numbers_of(std::string text) {
  static const std::map<std::string, double> units{{"", 1},          {"ns", 1e-3},     {"µs", 1},
                                                   {"ms", 1e3},      {"s", 1e6},       {"B", 1},
                                                   {"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}};
  static const std::regex number(R"re((\d[\d.]*)(?: (ns|µs|ms|s|B|KiB|MiB|GiB)\b)?)re");
  text = std::regex_replace(text, std::regex("one of 1,000 items"), "one of them");
  // The unit of both ends of a range.
  text = std::regex_replace(text, std::regex(R"re(([\d.]+) to ([\d.]+)( (?:ns|µs|ms|s))\b)re"), "$1$3 to $2$3");
  std::vector<double> all;
  for (std::sregex_iterator each(text.begin(), text.end(), number), end; each != end; ++each) {
    all.push_back(std::stod((*each)[1]) * units.at((*each)[2]));
  }
  return all;
}

bool is_about(double shown, double measured, double part) {
  return std::abs(shown - measured) <= part * std::abs(measured);
}

// What a sentence must call the row, so that names and figures belong together.
std::string name_of(const compare::Row& row) {
  const std::vector<std::pair<std::string, std::string>> names{{"thread", " thread is"},
                                                               {"fork", " process"},
                                                               {"ThreadPool", " a ThreadPool"},
                                                               {"Pool", " a Pool"},
                                                               {"Pool, by value", "by value"},
                                                               {"Array, in place", "in place"},
                                                               {"Pool, chunksize 1", " in a Pool"},
                                                               {"fork_map, inherited", "inherited"},
                                                               {"Queue between two threads", "two threads"},
                                                               {"Queue between two processes", "two processes"}};
  for (const auto& [series, name] : names) {
    if (row.series == series) return name;
  }
  return row.series.ends_with(": threads") ? " in threads" : " in processes";
}

}  // namespace

void hold_verdict(const compare::Results& results) {
  const compare::Verdict verdict = compare::verdict(results);
  for (const compare::Sentence& sentence : verdict.sentences) {
    SCOPED_TRACE(sentence.text);
    ASSERT_FALSE(sentence.rows.empty());
    std::vector<double> numbers = numbers_of(sentence.text);
    if (const double x = sentence.rows.front().x; x != 0) {
      const auto place = std::ranges::find_if(numbers, [&](double each) { return is_about(each, x, 0.006); });
      ASSERT_TRUE(place != numbers.end()) << x;
      numbers.erase(place);
    }
    std::size_t named_at = 0;
    for (const compare::Row& row : sentence.rows) {
      const compare::SectionResult* const section = results.section(row.section);
      ASSERT_NE(section, nullptr);
      const compare::Figure* const figure = section->figure(row.chart, row.series, row.x);
      ASSERT_NE(figure, nullptr);
      EXPECT_FALSE(figure->estimate.is_wide);
      EXPECT_LE(section->bystanders(), 0.1);
      const std::size_t named = sentence.text.find(name_of(row));
      ASSERT_NE(named, std::string::npos) << name_of(row);
      EXPECT_GT(named, named_at) << name_of(row);
      named_at = named;
      const auto& estimate = figure->estimate;
      const auto range = results.launches >= 6 ? *estimate.interval : estimate.quartiles;
      for (const double measured : {estimate.value, range.first, range.second}) {
        ASSERT_FALSE(numbers.empty());
        EXPECT_TRUE(is_about(numbers.front(), measured, row.section == "crash" ? 0 : 0.0501))
            << numbers.front() << " " << measured;
        numbers.erase(numbers.begin());
      }
      const std::vector<compare::Figure> line = section->line(row.chart, row.series);
      EXPECT_TRUE(!has(sentence.text, "slower") || range.second < 1);
      EXPECT_TRUE(!has(sentence.text, "faster") || range.first > 1);
      EXPECT_TRUE(!has(sentence.text, "the shortest that") || row.x == line.front().x);
      EXPECT_TRUE(!has(sentence.text, "the longest that") || row.x == line.back().x);
    }
    EXPECT_TRUE(numbers.empty()) << numbers.front();
  }
  EXPECT_EQ(verdict.sentences.empty(), verdict.ranges.empty());
}

}  // namespace multiprocessing::tests
