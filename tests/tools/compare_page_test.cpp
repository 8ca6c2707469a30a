// SPDX-License-Identifier: MIT
// The parts of the page that a run of the program does not show.
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "csv.hpp"
#include "gnuplot.hpp"
#include "html.hpp"
#include "html_text.hpp"
#include "json.hpp"
#include "plots.hpp"
#include "support/child_process.hpp"

namespace multiprocessing::tests::compare_page_test {
namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::string complaint_of(const std::string& script) {
  try {
    compare::run_gnuplot(script);
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return {};
}

std::vector<compare::Measured> nothing(const compare::Scale&) { return {}; }

compare::Section hostile_section() {
  return {.name = "hostile",
          .title = "<b>\"Title\"</b> & more",
          .source = "hostile.cpp",
          .charts = {{.name = "lines",
                      .title = "it's `one`",
                      .x_label = "bytes \"x\" \\ `true`",
                      .unit = "it's",
                      .level = 1,
                      .how_to_read = "a < b"},
                     {.name = "bars", .title = "Bars", .unit = "ms", .how_to_read = "b > a"},
                     {.name = "empty", .title = "Nothing", .unit = "ms", .how_to_read = "never"}},
          .measure = nothing};
}

// Figures of all kinds: zero and less on a logarithmic axis, one place only, far apart, wide.
compare::Results hostile_results(const compare::Section& section) {
  compare::Launch launch{.process_bytes = 1 << 20};
  for (const double x : {0.0, 1.0, 1000.0}) {
    launch.measured.push_back({.chart = "lines", .series = "quote's \"<x>\"", .x = x, .samples = {x - 1, x, x + 3}});
  }
  launch.measured.push_back({.chart = "lines", .series = "once", .x = 5, .cold = 9.5, .samples = {1e-9}});
  launch.measured.push_back({.chart = "bars", .series = "small \"one\", and more", .samples = {1e-3}});
  launch.measured.push_back({.chart = "bars", .series = "large", .samples = {5e6}, .note = "a note <i>"});
  compare::Results results;
  results.launches = 6;
  results.sections.push_back(compare::summarise(section, std::vector<compare::Launch>(6, launch)));
  return results;
}

TEST(ComparePage, WhatGnuplotRefusesIsAnErrorInItsOwnWords) {
  if (has(complaint_of("print 1\n"), "cannot be run")) GTEST_SKIP() << "there is no gnuplot";

  EXPECT_EQ(complaint_of("print 1\n"), "");
  EXPECT_TRUE(has(complaint_of("set nonsense\n"), "gnuplot: ")) << complaint_of("set nonsense\n");
  EXPECT_TRUE(has(complaint_of("exit status 3\n"), "exit code 3")) << complaint_of("exit status 3\n");
}

TEST(ComparePage, AnyTextAndAnyFigureCanBeShown) {
  if (has(complaint_of("print 1\n"), "cannot be run")) GTEST_SKIP() << "there is no gnuplot";
  const compare::Section section = hostile_section();
  const compare::Results results = hostile_results(section);

  const std::string page = compare::to_html(results);

  EXPECT_TRUE(has(page, "&lt;b&gt;&quot;Title&quot;&lt;/b&gt; &amp; more")) << page;
  EXPECT_TRUE(has(page, "quote's &quot;&lt;x&gt;&quot;")) << page;
  EXPECT_TRUE(has(page, "<li>a note &lt;i&gt;</li>")) << page;
  EXPECT_TRUE(has(page, "Nothing was measured here.")) << page;
  EXPECT_FALSE(has(page, "<b>\"")) << page;
  EXPECT_FALSE(has(page, "rgb(")) << page.substr(page.find("rgb("), 200);
}

TEST(ComparePage, ACellOfCsvIsQuotedWhereItMustBe) {
  const compare::Section section = hostile_section();
  const compare::Results results = hostile_results(section);

  EXPECT_EQ(compare::to_csv(results.sections[0], section.charts[1]),
            "series,x,unit,median,low,high,cold,launches,samples,lower_quartile,upper_quartile,wide\r\n"
            "\"small \"\"one\"\", and more\",0,ms,0.001,0.001,0.001,,6,6,0.001,0.001,false\r\n"
            "large,0,ms,5e+06,5e+06,5e+06,,6,6,5e+06,5e+06,false\r\n");
}

TEST(ComparePage, WhatIsNoUtf8IsWrittenAllTheSame) {
  compare::Section section = hostile_section();
  compare::Launch launch{.failure = "broken \xFF word"};
  compare::Results results;
  results.launches = 1;
  results.sections.push_back(compare::summarise(section, {launch}));

  EXPECT_TRUE(has(compare::to_json(results), "broken \xEF\xBF\xBD word"));
  EXPECT_TRUE(has(compare::to_html(results), "broken \\xff word"));
  EXPECT_TRUE(has(compare::launch_from(compare::to_text(launch)).failure, "broken"));
}

}  // namespace
}  // namespace multiprocessing::tests::compare_page_test
