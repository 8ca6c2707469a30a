// SPDX-License-Identifier: MIT
#include <multiprocessing/init.hpp>

#include "launch.hpp"
#include "options.hpp"
#include "outputs.hpp"
#include "program.hpp"
#include "progress.hpp"
#include "table.hpp"
#include "terminal.hpp"

#include <unistd.h>

#include <ctime>
#include <iostream>

namespace {

using namespace compare;

constexpr std::chrono::seconds quick_time{5};
constexpr std::chrono::seconds full_time{10};
constexpr std::chrono::seconds longest_launch{300};
constexpr std::size_t least_memory_bytes = std::size_t{512} << 20;

std::string now() {
  const std::time_t time = std::time(nullptr);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%d %H:%M:%S %z", std::localtime(&time));
  return text;
}

Scale scale_for(const Options& options, const Machine& machine) {
  return {.quick = options.quick,
          .time = options.quick ? quick_time : full_time,
          .cpus = machine.cpus,
          .memory_bytes = machine.memory_bytes / 10 * 7};
}

std::string time_needed(const Options& options, const Scale& scale) {
  const auto launches = options.launches * options.sections.size();
  const double seconds = static_cast<double>(launches) * std::chrono::duration<double>(scale.time).count();
  const std::string count = std::to_string(options.launches) + (options.launches == 1 ? " launch" : " launches");
  return "multiprocessing-compare: sections: " + std::to_string(options.sections.size()) + ", " + count +
         " of each: about " + measuring::rounded_time(std::chrono::duration<double>(seconds));
}

// The sections in turn, and that as often as there are launches: what changes on the machine meanwhile meets all.
std::vector<SectionResult> measure(const Options& options, const Scale& scale) {
  std::vector<std::vector<Launch>> launches(options.sections.size());
  measuring::Progress progress(options.launches * options.sections.size());
  for (std::size_t round = 0; round != options.launches; ++round) {
    for (std::size_t i = 0; i != options.sections.size(); ++i) {
      progress.begin(options.sections[i]->name);
      launches[i].push_back(launch(*options.sections[i], scale, longest_launch));
    }
  }
  std::vector<SectionResult> results;
  for (std::size_t i = 0; i != options.sections.size(); ++i) {
    results.push_back(summarise(*options.sections[i], std::move(launches[i])));
  }
  return results;
}

int run(const std::vector<std::string>& arguments) {
  const Options options = parse(arguments);
  if (!options.help.empty()) {
    std::cout << options.help;
    return 0;
  }
  check_outputs(options);
  Results results{.machine = this_machine(),
                  .library_version = COMPARE_LIBRARY_VERSION,
                  .commit = COMPARE_COMMIT,
                  .compiler = COMPARE_COMPILER,
                  .build = COMPARE_BUILD,
                  .date = now(),
                  .command = command_line(options),
                  .quick = options.quick,
                  .launches = options.launches};
  if (results.machine.memory_bytes < least_memory_bytes) {
    throw measuring::UsageError("512 MiB of memory are needed, and only " +
                                std::to_string(results.machine.memory_bytes >> 20) + " MiB are free");
  }
  const Scale scale = scale_for(options, results.machine);
  std::cerr << time_needed(options, scale) << '\n';
  results.sections = measure(options, scale);
  if (options.mine) results.answer = answer(*options.mine, results);
  print(std::cout, results, tools::shows_colour(STDOUT_FILENO));
  write_outputs(options, results);
  for (const SectionResult& each : results.sections) {
    if (each.figures.empty())
      throw std::runtime_error(each.section->name + ": nothing could be measured, see its notes");
  }
  return 0;
}

// multiprocessing-compare --launched SECTION FD NANOSECONDS MEMORY_BYTES CPUS quick|full: see launch.cpp.
int run_launched(char** arguments) {
  const auto number = [&](int index) { return std::stoull(arguments[index]); };
  const Scale scale{.quick = std::string(arguments[7]) == "quick",
                    .time = std::chrono::nanoseconds(number(4)),
                    .cpus = static_cast<int>(number(6)),
                    .memory_bytes = number(5)};
  return be_launched(measuring::named(sections(), "section", arguments[2]), scale, static_cast<int>(number(3)));
}

}  // namespace

int main(int count, char** arguments) {
  multiprocessing::init(count, arguments);  // for StartMethod::spawn
  return measuring::run_program("multiprocessing-compare", [&] {
    const bool is_launched = count == 8 && std::string(arguments[1]) == "--launched";
    return is_launched ? run_launched(arguments) : run({arguments + 1, arguments + count});
  });
}
