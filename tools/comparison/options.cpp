// SPDX-License-Identifier: MIT
#include "options.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>

namespace compare {
namespace {

std::string list_of_sections() {
  std::string text = "sections (all, unless some are named):\n";
  for (const Section& section : sections()) {
    text += "  " + section.name + std::string(14 - section.name.size(), ' ') + section.title + "\n";
  }
  return text;
}

std::vector<std::string> names_of_sections() {
  std::vector<std::string> names;
  for (const Section& section : sections()) names.push_back(section.name);
  return names;
}

}  // namespace

Options parse(int count, char** arguments) {
  Options options;
  std::vector<std::string> names;
  CLI::App app("Measures, on this machine, what forked workers cost against threads, and from when on they pay.",
               "multiprocessing-compare");
  app.footer(list_of_sections());
  app.add_option("section", names, "measure these only")->check(CLI::IsMember(names_of_sections()))->type_name("");
  CLI::Option* const quick =
      app.add_flag("--quick", options.quick, "one launch of each section, about a minute; without intervals");
  app.add_option("--launches", options.launches, "launches of each section")
      ->check(CLI::Range(1, 1000))
      ->excludes(quick)
      ->capture_default_str();
  app.add_option("--json", options.json, "write all figures and raw samples there")->type_name("FILE");
  app.add_option("--csv", options.csv, "write a table for each chart there")->type_name("FOLDER");
  app.add_option("--html", options.html, "write a page with pictures there")->type_name("FILE");
  app.add_option("--mine", options.mine_text,
                 "what a job of yours would take: 'task=200us in=4KiB out=1KiB items=1e5 parent=500MiB'; "
                 "measures what that is reckoned from, and the sections that are named")
      ->type_name("JOB");
  try {
    app.parse(count, arguments);
  } catch (const CLI::CallForHelp&) {
    options.help = app.help();
    return options;
  } catch (const CLI::ParseError& error) {
    throw UsageError(std::string(error.what()) + "; see --help");
  }
  for (const char* const option : {"--json", "--csv", "--html", "--mine"}) {
    if (app.count(option) != 0 && app[option]->as<std::string>().empty()) {
      throw UsageError(std::string(option) + ": its value is empty; see --help");
    }
  }
  if (options.quick) options.launches = 1;
  if (!options.mine_text.empty()) {
    try {
      options.mine = parse_job(options.mine_text);
    } catch (const std::invalid_argument& error) {
      throw UsageError(error.what());
    }
    const std::vector<std::string>& needed = sections_of_predictions();
    names.insert(names.end(), needed.begin(), needed.end());
  }
  for (const Section& section : sections()) {
    if (names.empty() || std::ranges::find(names, section.name) != names.end()) options.sections.push_back(&section);
  }
  return options;
}

std::string command_line(const Options& options) {
  std::string text = "tools/compare";
  if (options.quick) {
    text += " --quick";
  } else if (options.launches != Options{}.launches) {
    text += " --launches " + std::to_string(options.launches);
  }
  if (options.sections.size() != sections().size() || options.mine) {
    for (const Section* const section : options.sections) text += " " + section->name;
  }
  if (options.mine) text += " --mine '" + options.mine_text + "'";
  return text;
}

}  // namespace compare
