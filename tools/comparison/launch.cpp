// SPDX-License-Identifier: MIT
#include "launch.hpp"

#include "bystanders.hpp"
#include "json.hpp"

#include <multiprocessing/errors.hpp>

#include "isolated.hpp"

#include <nlohmann/json.hpp>

#include <unistd.h>

#include <fstream>
#include <vector>

namespace compare {
namespace {

std::size_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::size_t pages = 0;
  std::size_t resident_pages = 0;
  file >> pages >> resident_pages;
  return resident_pages * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

// The part of the command line that only this program writes to itself.
std::vector<std::string> arguments_for(const Section& section, const Scale& scale, int result_fd) {
  return {"multiprocessing-compare",
          "--launched",
          section.name,
          std::to_string(result_fd),
          std::to_string(scale.time.count()),
          std::to_string(scale.memory_bytes),
          std::to_string(scale.cpus),
          scale.quick ? "quick" : "full"};
}

// Returns only if it cannot.
int execute(std::vector<std::string> arguments) {
  std::vector<char*> pointers;
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  ::execv("/proc/self/exe", pointers.data());
  return 127;
}

}  // namespace

Launch launch(const Section& section, const Scale& scale, std::chrono::seconds limit) {
  const Bystanders bystanders;
  const measuring::Isolated child =
      measuring::run_isolated([&](int fd) { return execute(arguments_for(section, scale, fd)); }, limit);
  if (child.text.empty()) return {.failure = child.failure.empty() ? "it has measured nothing" : child.failure};
  Launch result;
  try {
    result = launch_from(child.text);
    if (result.failure.empty()) result.failure = child.failure;
  } catch (const nlohmann::json::exception& error) {  // half of it, or a figure that is no number
    result.failure = child.failure.empty() ? error.what() : child.failure;
  }
  result.bystanders = bystanders.part();
  return result;
}

int be_launched(const Section& section, const Scale& scale, int result_fd) {
  Launch result{.process_bytes = resident_bytes()};
  try {
    result.measured = section.measure(scale);
  } catch (...) {
    result.failure = multiprocessing::describe(std::current_exception());
  }
  return measuring::write_all(result_fd, to_text(result)) ? 0 : 1;
}

}  // namespace compare
