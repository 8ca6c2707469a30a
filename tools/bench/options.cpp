// SPDX-License-Identifier: MIT
#include "options.hpp"

#include "figures.hpp"

#include <algorithm>
#include <charconv>
#include <system_error>

namespace bench {
namespace {

long number(const std::string& option, const std::string& text, long lowest, long highest) {
  long value = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (stop != end || error == std::errc::invalid_argument) {
    throw UsageError(option + ": '" + text + "' is not a whole number");
  }
  if (error != std::errc() || value < lowest || value > highest) {
    throw UsageError(option + ": " + text + " is out of range: " + std::to_string(lowest) + " to " +
                     std::to_string(highest));
  }
  return value;
}

std::string figure_name(const std::string& text) {
  std::string names;
  for (const Figure& figure : figures()) {
    if (figure.name == text) return text;
    names += (names.empty() ? "" : ", ") + figure.name;
  }
  throw UsageError("--only: there is no figure '" + text + "', only " + names);
}

}  // namespace

Options parse(const std::vector<std::string>& arguments) {
  Options options;
  for (std::size_t i = 0; i != arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    const std::size_t equals = argument.find('=');
    const std::string option = argument.substr(0, equals);
    const auto value = [&]() -> std::string {
      if (equals != std::string::npos) return argument.substr(equals + 1);
      if (i + 1 == arguments.size()) throw UsageError(option + ": needs a value; see --help");
      return arguments[++i];
    };
    if (argument == "--help" || argument == "-h") {
      options.help = true;
    } else if (argument == "--quick") {
      options.setting.samples = std::min<std::size_t>(options.setting.samples, 3);
      options.setting.idle_time = std::chrono::seconds(1);
    } else if (option == "--workers") {
      options.setting.workers = static_cast<int>(number(option, value(), 1, 1000));
    } else if (option == "--samples") {
      options.setting.samples = static_cast<std::size_t>(number(option, value(), 1, 1000));
    } else if (option == "--only") {
      options.only.insert(figure_name(value()));
    } else if (option == "--csv") {
      options.csv = value();
    } else {
      throw UsageError("'" + argument + "': there is no such option; see --help");
    }
  }
  return options;
}

std::string help_text() {
  std::string text = R"(usage: multiprocessing-bench [options]

Measures this library against its peers: both in the same run, samples in turn, each figure in a process of its own.
"ours" and "peer" are medians; "ratio" is ours / peer; "spread" tells how far apart the middle half of the samples'
ratios is. A missed goal is shown, and is no error: the exit code is 0.

  --workers N    workers, and threads of the peers (2)
  --samples N    samples of each (15)
  --quick        3 samples
  --only NAME    this figure only; may be given several times
  --csv FILE     writes the rows there, too

figures:
)";
  for (const Figure& figure : figures()) {
    text += "  " + figure.name + std::string(12 - figure.name.size(), ' ') + figure.subject + "\n";
  }
  return text;
}

}  // namespace bench
