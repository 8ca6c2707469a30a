// SPDX-License-Identifier: MIT
#include "chart_html.hpp"

#include "html_text.hpp"
#include "options.hpp"
#include "plots.hpp"
#include "table.hpp"
#include "usable.hpp"

#include <algorithm>
#include <charconv>

namespace compare {
namespace {

// More rows than a reader takes in at a glance are folded away.
constexpr std::size_t rows_at_a_glance = 12;

// For people, and for programs as exactly as the JSON has it.
std::string number(double value, const char* name, const std::string& text) {
  char exact[64];
  char* const end = std::to_chars(exact, exact + sizeof exact, value).ptr;
  return std::string("<data class=\"") + name + "\" value=\"" +
         std::string(exact, static_cast<std::size_t>(end - exact)) + "\">" + text + "</data>";
}
std::string number(double value, const char* name) { return number(value, name, number_text(value)); }

std::string command_for(const Results& results, const SectionResult& section) {
  std::string text = "tools/compare";
  if (results.quick) {
    text += " --quick";
  } else if (results.launches != Options{}.launches) {
    text += " --launches " + std::to_string(results.launches);
  }
  return text + " " + section.section->name;
}

void write_cells(std::ostream& page, const Results& results, const Figure& figure, const Chart& chart) {
  const Estimate& estimate = figure.estimate;
  if (!chart.x_label.empty()) page << "<td>" << number(figure.x, "x", place_text(chart, figure.x)) << "</td>";
  page << "<td>" << number(estimate.value, "median") << "</td><td>";
  if (const auto range = range_of(results, estimate)) {
    const bool is_interval = estimate.interval.has_value();
    page << number(range->first, is_interval ? "low" : "lower_quartile") << " to "
         << number(range->second, is_interval ? "high" : "upper_quartile");
  } else {
    page << "none";
  }
  page << "</td><td>";
  if (estimate.cold) page << number(*estimate.cold, "cold");
  page << "</td><td>" << number(static_cast<double>(estimate.samples), "samples") << "</td>";
}

void write_table(std::ostream& page, const Results& results, const SectionResult& section, const Chart& chart,
                 std::size_t rows) {
  const bool has_x = !chart.x_label.empty();
  page << "<details" << (rows <= rows_at_a_glance ? " open" : "") << "><summary>" << rows
       << (rows == 1 ? " figure" : " figures") << ", in " << escaped(chart.unit) << "</summary>\n"
       << "<div class=\"scrolls\" tabindex=\"0\" role=\"region\" aria-label=\"Figures: " << escaped(chart.title)
       << "\">\n<table data-section=\"" << escaped(section.section->name) << "\" data-chart=\"" << escaped(chart.name)
       << "\">\n<thead><tr><th></th>";
  if (has_x) page << "<th class=\"x\">" << escaped(chart.x_label) << "</th>";
  page << "<th>median</th><th>" << name_of_range(results) << "</th><th>first</th><th>samples</th></tr></thead>\n";
  for (const std::string& series : section.series_of(chart.name)) {
    const std::vector<Figure> line = section.line(chart.name, series);
    page << "<tbody>\n";
    for (const Figure& each : line) {
      page << "<tr" << (each.estimate.is_wide ? " class=\"wide\"" : "") << " data-series=\"" << escaped(series)
           << "\"><th>" << (&each == &line.front() ? escaped(series) : "")
           << (each.estimate.is_wide ? " <span class=\"mark\">too wide</span>" : "") << "</th>";
      write_cells(page, results, each, chart);
      page << "</tr>\n";
    }
    page << "</tbody>\n";
  }
  page << "</table>\n</div>\n</details>\n";
}

}  // namespace

void write_chart(std::ostream& page, const Results& results, const SectionResult& section, const Chart& chart) {
  const auto of_this = [&](const Figure& each) { return each.chart == chart.name; };
  const auto rows = static_cast<std::size_t>(std::ranges::count_if(section.figures, of_this));
  page << "<article id=\"" << escaped(section.section->name + "-" + chart.name) << "\">\n<h3>" << escaped(chart.title)
       << "</h3>\n";
  if (rows == 0) {
    page << "<p>Nothing was measured here.</p>\n</article>\n";
    return;
  }
  page << "<figure>\n<div class=\"wide-screen\">" << plot(section, chart, Screen::wide)
       << "</div>\n<div class=\"narrow-screen\">" << plot(section, chart, Screen::narrow) << "</div>\n<figcaption>"
       << "To repeat it: <code>" << escaped(command_for(results, section)) << "</code>. What it measures is in "
       << "<code>tools/comparison/" << escaped(section.section->source) << "</code>.</figcaption>\n</figure>\n<p>"
       << escaped(chart.how_to_read) << "</p>\n";
  write_table(page, results, section, chart, rows);
  page << "</article>\n";
}

}  // namespace compare
