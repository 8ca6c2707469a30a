// SPDX-License-Identifier: MIT
#include "options.hpp"

#include <algorithm>

namespace compare {
namespace {

using measuring::UsageError;

std::string help_text(const std::vector<measuring::Option>& options) {
  std::vector<std::pair<std::string, std::string>> names;
  for (const Section& section : sections()) names.emplace_back(section.name, section.title);
  return R"(usage: multiprocessing-compare [SECTION...] [options]

Measures, on this machine, what forked workers cost against threads, and from when on they pay. With --mine it says
which engine would be the fastest for a job: it measures what that is reckoned from, and the sections that are named.

)" + measuring::help_lines(options) +
         "\nsections (all, unless some are named):\n" + measuring::help_lines(names);
}

}  // namespace

Options parse(const std::vector<std::string>& arguments) {
  Options options;
  std::vector<std::string> names;
  bool has_launches = false;
  bool is_thorough = false;
  const auto take_launches = [&](const std::string& text) {
    options.launches = static_cast<std::size_t>(measuring::whole_number(text, 1, 1000));
    has_launches = true;
  };
  const auto take_job = [&](const std::string& text) {
    options.mine = parse_job(text);
    options.mine_text = text;
    const std::vector<std::string>& needed = sections_of_predictions();
    names.insert(names.end(), needed.begin(), needed.end());
  };
  const auto into = [](std::string& target) { return [&target](const std::string& text) { target = text; }; };
  bool wants_help = false;
  const std::vector<measuring::Option> known{
      {"--quick", "", "one launch of each section, about a minute; without intervals",
       [&](const std::string&) { options.quick = true; }},
      {"--thorough", "",
       "with --mine, which is quick without it: " + std::to_string(options.launches) + " launches, with intervals",
       [&](const std::string&) { is_thorough = true; }},
      {"--launches", "N", "launches of each section (" + std::to_string(options.launches) + ")", take_launches},
      {"--json", "FILE", "writes all figures and raw samples there", into(options.json)},
      {"--csv", "FOLDER", "writes a table for each chart there", into(options.csv)},
      {"--html", "FILE", "writes a page with pictures there", into(options.html)},
      {"--mine", "JOB", "what a job of yours would take: 'task=200us in=4KiB out=1KiB items=1e5 parent=500MiB'",
       take_job},
      {"--help", "", "this text", [&](const std::string&) { wants_help = true; }}};
  measuring::parse(arguments, known, [&](const std::string& argument) {
    names.push_back(measuring::named(sections(), "section", argument).name);
  });
  if (wants_help) options.help = help_text(known);
  if (options.quick && has_launches) throw UsageError("--quick excludes --launches; see --help");
  if (is_thorough && !options.mine) throw UsageError("--thorough is for --mine; without --mine every run is thorough");
  if (is_thorough && (options.quick || has_launches)) {
    throw UsageError("--thorough excludes --quick and --launches; see --help");
  }
  if (options.mine && !is_thorough && !has_launches) options.quick = true;
  if (options.quick) options.launches = 1;
  for (const Section& section : sections()) {
    if (names.empty() || std::ranges::find(names, section.name) != names.end()) options.sections.push_back(&section);
  }
  return options;
}

std::string command_line(const Options& options) {
  std::string text = "tools/compare";
  if (options.quick && !options.mine) text += " --quick";
  if (!options.quick && options.launches != Options{}.launches) {
    text += " --launches " + std::to_string(options.launches);
  }
  const std::size_t unnamed = options.mine ? sections_of_predictions().size() : sections().size();
  if (options.sections.size() != unnamed) {
    for (const Section* const section : options.sections) text += " " + section->name;
  }
  if (options.mine) text += " --mine '" + options.mine_text + "'";
  if (options.mine && options.launches == Options{}.launches) text += " --thorough";
  return text;
}

}  // namespace compare
