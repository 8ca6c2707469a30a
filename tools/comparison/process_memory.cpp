// SPDX-License-Identifier: MIT
#include "process_memory.hpp"

#include <fstream>
#include <limits>
#include <optional>
#include <stdexcept>
#include <string>

namespace compare {
namespace {

// The number behind "Pss:" and its like, in a file of /proc.
double number_in(pid_t pid, const std::string& file, const std::string& name) {
  const std::string path = "/proc/" + std::to_string(pid) + "/" + file;
  std::ifstream lines(path);
  for (std::string word; lines >> word;) {
    double number = 0;
    if (word == name && lines >> number) return number;
    lines.clear();
    lines.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
  }
  throw std::runtime_error(path + " has no " + name);
}

double mebibytes_in(pid_t pid, const std::string& file, const std::string& name) {
  return number_in(pid, file, name) / 1024;
}

}  // namespace

ProcessMemory memory_of(pid_t pid) {
  const std::string sums = "smaps_rollup";
  return {.shared_out = mebibytes_in(pid, sums, "Pss:"),
          .own = mebibytes_in(pid, sums, "Private_Clean:") + mebibytes_in(pid, sums, "Private_Dirty:"),
          .page_tables = mebibytes_in(pid, "status", "VmPTE:")};
}

double huge_pages_of(pid_t pid) { return mebibytes_in(pid, "smaps_rollup", "AnonHugePages:"); }

pid_t parent_of(pid_t pid) { return static_cast<pid_t>(number_in(pid, "status", "PPid:")); }

}  // namespace compare
