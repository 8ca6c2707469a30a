// SPDX-License-Identifier: MIT
#include "options.hpp"

#include "command_line.hpp"
#include "figures.hpp"

#include <algorithm>

namespace bench {
namespace {

std::string help_text(const std::vector<measuring::Option>& options) {
  std::vector<std::pair<std::string, std::string>> names;
  for (const Figure& figure : figures()) names.emplace_back(figure.name, figure.subject);
  return R"(usage: multiprocessing-bench [options]

Measures this library against its peers: both in the same run, samples in turn, each figure in a process of its own.
"ours" and "peer" are medians; "ratio" is ours / peer; "spread" tells how far apart the middle half of the samples'
ratios is. A missed goal is shown; it is an error with --goals only.

)" + measuring::help_lines(options) +
         "\nfigures:\n" + measuring::help_lines(names);
}

}  // namespace

Options parse(const std::vector<std::string>& arguments) {
  Options options;
  Setting& setting = options.setting;
  const auto be_quick = [&](const std::string&) {
    setting.samples = std::min<std::size_t>(setting.samples, 3);
    setting.idle_time = std::chrono::seconds(1);
  };
  bool wants_help = false;
  const std::vector<measuring::Option> known{
      {"--workers", "N", "workers, and threads of the peers (2)",
       [&](const std::string& text) { setting.workers = static_cast<int>(measuring::whole_number(text, 1, 1000)); }},
      {"--samples", "N", "samples of each (15)",
       [&](const std::string& text) {
         setting.samples = static_cast<std::size_t>(measuring::whole_number(text, 1, 1000));
       }},
      {"--quick", "", "3 samples", be_quick},
      {"--only", "NAME", "this figure only; may be given several times",
       [&](const std::string& text) { options.only.insert(measuring::named(figures(), "figure", text).name); }, true},
      {"--goals", "", "exits with 1 if a goal is missed", [&](const std::string&) { options.goals = true; }},
      {"--csv", "FILE", "writes the rows there, too", [&](const std::string& text) { options.csv = text; }},
      {"--help", "", "this text", [&](const std::string&) { wants_help = true; }}};
  measuring::parse(arguments, known, [](const std::string& argument) {
    throw measuring::UsageError("'" + argument + "': there is no such option; see --help");
  });
  if (wants_help) options.help = help_text(known);
  return options;
}

}  // namespace bench
