// SPDX-License-Identifier: MIT
#include "html.hpp"

#include "chart_html.hpp"
#include "html_text.hpp"
#include "page_style.hpp"
#include "table.hpp"
#include "verdict.hpp"

#include <sstream>

namespace compare {
namespace {

constexpr const char* heading = "What forked workers cost against threads";

void write_verdict(std::ostream& page, const Results& results) {
  const Verdict said = verdict(results);
  page << "<section id=\"verdict\">\n<h2>The verdict</h2>\n";
  if (!said.warning.empty()) page << "<p class=\"warning\">" << escaped(said.warning) << "</p>\n";
  if (!said.sentences.empty()) {
    page << "<ul class=\"verdict\">\n";
    for (const Sentence& sentence : said.sentences) {
      page << "<li>" << escaped(sentence.text);
      if (!sentence.rows.empty()) {
        const Row& row = sentence.rows.front();
        page << " <a href=\"#" << escaped(row.section + "-" + row.chart) << "\">figures</a>";
      }
      page << "</li>\n";
    }
    page << "</ul>\n<p>" << escaped(said.ranges) << "</p>\n";
  }
  page << "<h3>" << (said.is_citable() ? "To cite" : "This run, not to be cited") << "</h3>\n<pre class=\"citation\">"
       << escaped_lines(citation(results)) << "</pre>\n</section>\n";
}

void write_row(std::ostream& page, const std::string& name, const std::string& value) {
  page << "<dt>" << name << "</dt><dd>" << escaped(value) << "</dd>\n";
}

void write_machine(std::ostream& page, const Results& results) {
  const Machine& machine = results.machine;
  page << "<section id=\"machine\">\n<h2>The machine</h2>\n<dl>\n";
  write_row(page, "processor", machine.cpu);
  write_row(page, "CPUs", std::to_string(machine.cpus) + " usable of " + std::to_string(machine.online_cpus));
  write_row(page, "free memory", std::to_string(machine.memory_bytes >> 20) + " MiB");
  write_row(page, "kernel", machine.kernel);
  write_row(page, "huge pages", machine.huge_pages);
  write_row(page, "governor", machine.governor);
  write_row(page, "limits", machine.container);
  write_row(page, "load before", machine.load);
  write_row(page, "mitigations", machine.mitigations);
  write_row(page, "library", "multiprocessing " + results.library_version);
  if (!results.commit.empty()) write_row(page, "commit", results.commit);
  write_row(page, "compiler", results.compiler + ", " + results.build);
  write_row(page, "measured on", results.date);
  write_row(page, "by", results.command);
  page << "</dl>\n</section>\n";
}

void write_contents(std::ostream& page, const Results& results) {
  page << "<nav aria-label=\"Contents\">\n<h2>Contents</h2>\n<ol>\n";
  for (const SectionResult& each : results.sections) {
    page << "<li><a href=\"#" << each.section->name << "\">" << escaped(each.section->title) << "</a></li>\n";
  }
  page << "</ol>\n</nav>\n";
}

void write_section(std::ostream& page, const Results& results, const SectionResult& result) {
  std::vector<double> sizes;
  for (const Launch& launch : result.launches) {
    if (launch.process_bytes != 0) sizes.push_back(static_cast<double>(launch.process_bytes) / (1 << 20));
  }
  page << "<section id=\"" << result.section->name << "\">\n<h2>" << escaped(result.section->title) << "</h2>\n";
  if (!sizes.empty()) {
    page << "<p class=\"small\">" << (result.launches.size() == 1 ? "One launch" : "Launches: ")
         << (result.launches.size() == 1 ? "" : std::to_string(result.launches.size()))
         << "; a freshly executed process, of " << number_text(measuring::median(sizes))
         << " MiB before it measured.</p>\n";
  }
  if (!result.notes.empty()) {
    page << "<ul class=\"" << (result.is_busy() ? "warning" : "notes") << "\">\n";
    for (const std::string& note : result.notes) page << "<li>" << escaped(note) << "</li>\n";
    page << "</ul>\n";
  }
  for (const Chart& chart : result.section->charts) write_chart(page, results, result, chart);
  page << "</section>\n";
}

// What all tables have in common.
void write_legend(std::ostream& page, const Results& results) {
  page << "<section id=\"reading\">\n<h2>How to read the figures</h2>\n";
  page
      << "<p>Those that are compared were measured in turn, one sample each, again and again. A figure is the median "
         "of the medians of its launches, each of which is a process of its own. "
      << (results.launches >= least_for_interval
              ? "The 95&nbsp;% interval is that of the launches' medians; in a picture it is the thin bar at a figure. "
              : "The middle half is that of the samples; in a picture it is the thin bar at a figure. With six "
                "launches "
                "there is a 95&nbsp;% interval in its place. ")
      << "“Too wide” is a figure whose range, or the middle half of whose samples, is wider than half of it: do not "
         "use it. In a picture of lines a ring marks it. “First” is what the very first of its kind took in its "
         "process; it is not among the samples.</p>\n"
         "</section>\n";
}

}  // namespace

std::string to_html(const Results& results) {
  std::ostringstream page;
  page << "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
       << "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>" << heading
       << "</title>\n<style>\n"
       << page_style << "</style>\n</head>\n<body>\n<main>\n<h1>" << heading << "</h1>\n";
  if (!results.answer.empty()) page << "<pre class=\"citation\">" << escaped_lines(results.answer) << "</pre>\n";
  write_verdict(page, results);
  write_contents(page, results);
  write_legend(page, results);
  for (const SectionResult& each : results.sections) write_section(page, results, each);
  write_machine(page, results);
  page << "</main>\n</body>\n</html>\n";
  return page.str();
}

}  // namespace compare
