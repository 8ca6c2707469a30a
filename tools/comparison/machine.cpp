// SPDX-License-Identifier: MIT
#include "results.hpp"

#include <multiprocessing/cpu_count.hpp>

#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

namespace compare {
namespace {

// "" if there is no such file.
std::string first_line(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

// What stands behind "key" and a colon in a file of such lines.
std::string value_in(const std::string& path, const std::string& key) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with(key)) continue;
    const std::size_t begin = line.find_first_not_of(" \t:", key.size());
    return begin == std::string::npos ? "" : line.substr(begin);
  }
  return {};
}

// What hardens this kernel at a price: each that is at work, with its method.
std::string mitigations() {
  std::string text;
  std::error_code none;
  for (const auto& entry : std::filesystem::directory_iterator("/sys/devices/system/cpu/vulnerabilities", none)) {
    const std::string state = first_line(entry.path());
    if (!state.starts_with("Mitigation: ")) continue;
    text += (text.empty() ? "" : "; ") + entry.path().filename().string() + ": " + state.substr(12);
  }
  return text.empty() ? "none told" : text;
}

// A limit of this process's cgroup, or nothing.
std::string limits() {
  const std::string cgroup = value_in("/proc/self/cgroup", "0:");
  std::string text;
  for (const char* const name : {"cpu.max", "memory.max"}) {
    const std::string limit = first_line("/sys/fs/cgroup" + cgroup + "/" + name);
    if (!limit.empty() && !limit.starts_with("max")) text += (text.empty() ? "" : ", ") + (name + (" " + limit));
  }
  return text.empty() ? "no limits told" : text;
}

std::size_t available_memory_bytes() {
  std::istringstream value(value_in("/proc/meminfo", "MemAvailable"));
  std::size_t kibibytes = 0;
  value >> kibibytes;
  std::size_t bytes = kibibytes << 10;
  std::istringstream limit(first_line("/sys/fs/cgroup" + value_in("/proc/self/cgroup", "0:") + "/memory.max"));
  std::size_t limit_bytes = 0;
  if (limit >> limit_bytes) bytes = std::min(bytes, limit_bytes);
  for (const auto resource : {RLIMIT_AS, RLIMIT_DATA}) {
    rlimit ours{};
    if (::getrlimit(resource, &ours) == 0) bytes = std::min<std::size_t>(bytes, ours.rlim_cur);
  }
  return bytes;
}

std::string or_unknown(const std::string& text) { return text.empty() ? "not told" : text; }

}  // namespace

Machine this_machine() {
  utsname system{};
  ::uname(&system);
  return {.cpu = or_unknown(value_in("/proc/cpuinfo", "model name")),
          .kernel = std::string(system.sysname) + " " + system.release + " " + system.machine,
          .governor = or_unknown(first_line("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")),
          .huge_pages = or_unknown(first_line("/sys/kernel/mm/transparent_hugepage/enabled")),
          .container = limits(),
          .mitigations = mitigations(),
          .load = or_unknown(first_line("/proc/loadavg")),
          .cpus = multiprocessing::process_cpu_count(),
          .online_cpus = static_cast<int>(::sysconf(_SC_NPROCESSORS_ONLN)),
          .memory_bytes = available_memory_bytes()};
}

}  // namespace compare
