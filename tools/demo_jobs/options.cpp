// SPDX-License-Identifier: MIT
#include "options.hpp"

#include <charconv>
#include <map>
#include <set>
#include <string_view>
#include <system_error>

namespace demo {
namespace {

struct Range {
  std::uint64_t lowest;
  std::uint64_t highest;
};

// tasks x darts stays below 2^63.
const std::map<std::string, Range> ranges{{"--processes", {1, 1'000}},
                                          {"--tasks", {1, 1'000'000}},
                                          {"--darts", {1, 1'000'000'000'000}},
                                          {"--seed", {0, UINT64_MAX}},
                                          {"--top", {1, 1'000'000}}};

std::string quoted(const std::string& text) { return std::string("'").append(text).append("'"); }

std::uint64_t number(const std::string& option, const std::string& text) {
  const Range range = ranges.at(option);
  std::uint64_t value = 0;
  const char* const end = text.data() + text.size();
  const bool negative = text.starts_with('-') && text.size() > 1;
  const auto [stop, error] = std::from_chars(text.data() + (negative ? 1 : 0), end, value);
  if (stop != end || error == std::errc::invalid_argument) {
    throw UsageError(option + ": " + quoted(text) + " is not a whole number");
  }
  if (negative || error == std::errc::result_out_of_range || value < range.lowest || value > range.highest) {
    throw UsageError(option + ": " + text + " is out of range: " + std::to_string(range.lowest) + " to " +
                     std::to_string(range.highest));
  }
  return value;
}

void set(Options& options, const std::string& option, const std::string& text) {
  const std::uint64_t value = number(option, text);
  if (option == "--processes") options.processes = static_cast<int>(value);
  if (option == "--tasks") options.tasks = static_cast<long>(value);
  if (option == "--darts") options.darts = static_cast<long>(value);
  if (option == "--seed") options.seed = value;
  if (option == "--top") options.top = value;
}

void check_job(Jobs jobs, const std::string& option) {
  static const std::set<std::string> of_pi{"--tasks", "--darts", "--seed"};
  if (jobs == Jobs::pi && option == "--top") throw UsageError("--top belongs to wordcount, not to pi; see --help");
  if (jobs == Jobs::word_count && of_pi.contains(option)) {
    throw UsageError(option + " belongs to pi, not to wordcount; see --help");
  }
}

}  // namespace

Options parse(const std::vector<std::string>& arguments) {
  Options options;
  std::set<std::string> given;
  bool named = false;
  bool options_end = false;
  for (std::size_t i = 0; i != arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    if (options_end || !argument.starts_with('-') || argument == "-") {
      if (named && options.jobs == Jobs::word_count) {
        options.paths.emplace_back(argument);
      } else if (named) {
        throw UsageError(quoted(argument) + ": pi takes no further argument; see --help");
      } else if (argument == "pi" || argument == "wordcount") {
        options.jobs = argument == "pi" ? Jobs::pi : Jobs::word_count;
        named = true;
      } else {
        throw UsageError(quoted(argument) + ": there is no such job, only pi and wordcount; see --help");
      }
    } else if (argument == "--") {
      options_end = true;
    } else if (argument == "--help" || argument == "-h") {
      options.help = true;
    } else {
      const std::size_t equals = argument.find('=');
      const std::string option = argument.substr(0, equals);
      if (!ranges.contains(option)) throw UsageError(quoted(option) + ": there is no such option; see --help");
      if (equals == std::string::npos && i + 1 == arguments.size()) throw UsageError(option + ": needs a number");
      set(options, option, equals == std::string::npos ? arguments[++i] : argument.substr(equals + 1));
      given.insert(option);
    }
  }
  for (const std::string& option : given) check_job(options.jobs, option);
  return options;
}

const char* help_text() {
  return R"(usage: multiprocessing-demo [pi | wordcount [PATH...]] [options]

Runs the same job with SerialPool (in this process, one item after the other), ThreadPool (threads of this process)
and Pool (processes forked from this one), shows how long each took, and checks that all three give the same answer.
Without a job it runs both.

  pi                 estimates pi by throwing darts; each task draws from a random stream of its own, so that the
                     answer is the same for any number of workers
    --tasks N        how many tasks (100)
    --darts N        darts for each task (500000)
    --seed N         of the random streams (1)

  wordcount PATH...  the most frequent words of all text files under the paths; without a path, of the licences in
                     /usr/share. Links are followed only where they are named here; files with a zero byte count as
                     binary and are skipped.
    --top N          how many words to show (10)

  --processes N      how many workers (as many as this program may use CPUs)
  --help             this text

"start" is the time until the pool was made, "work" that of the job; the speed-up compares their sum with SerialPool's.
Exit code: 0; 1 if a pool failed or the answers differ; 2 for a wrong command line, or if something could not be read
(each reported on standard error; the rest is counted). NO_COLOR=1 switches colours off.
)";
}

}  // namespace demo
