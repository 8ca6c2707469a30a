// SPDX-License-Identifier: MIT
// How long a program with one map takes to compile, against one that only includes what the pool's header includes of
// the standard library.
#include "figures.hpp"
#include "filter.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <set>

namespace bench {
namespace {

constexpr std::size_t most_samples = 5;  // each is seconds
constexpr std::chrono::seconds longest_compilation{60};

Sampler compiled(const std::string& program) {
  return per_item(1, [program] {
    measuring::run_filter({BENCH_COMPILER, "-std=c++20", "-O2", "-x", "c++", "-c", "-o", "/dev/null", "-"}, program,
                          longest_compilation);
  });
}

std::string include_line(const std::string& header) { return "#include <" + header + ">\n"; }

// Adds the header, and, if it is one of the library's, those that it includes.
void add_with_included(const std::string& header, std::set<std::string>& all) {
  const bool is_new = all.insert(header).second;
  if (!is_new || !header.starts_with("multiprocessing/")) return;
  const std::string directive = "#include <";
  std::ifstream file(BENCH_HEADERS "/" + header);
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with(directive)) continue;
    add_with_included(line.substr(directive.size(), line.find('>') - directive.size()), all);
  }
}

std::string standard_headers_of(const std::string& header) {
  std::set<std::string> all;
  add_with_included(header, all);
  std::string lines;
  for (const std::string& each : all) {
    const bool is_standard = each.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == std::string::npos;
    if (is_standard) lines += include_line(each);
  }
  return lines;
}

Row measure_header(const Setting& setting, const std::string& name, const std::string& pool) {
  const std::string header = "multiprocessing/" + name;
  const std::string ours = include_line(header) +
                           "int next(int item) { return item + 1; }\n"
                           "int main() { return multiprocessing::" +
                           pool + "(2).map(&next, std::vector<int>{1, 2, 3}).front(); }\n";
  Row row{.subject = "compile " + name + ", one map",
          .unit = "ms",
          .peer_name = "its standard headers",
          .note = BENCH_COMPILER " -std=c++20 -O2"};
  compare(row, std::min(setting.samples, most_samples), compiled(ours),
          compiled(standard_headers_of(header) + "int main() {}\n"));
  return row;
}

}  // namespace

std::vector<Row> measure_compile_time(const Setting& setting) {
  ::setenv("CPATH", BENCH_INCLUDE_PATH, 1);  // in the process of this figure
  return {measure_header(setting, "pool.hpp", "Pool"), measure_header(setting, "thread_pool.hpp", "ThreadPool")};
}

}  // namespace bench
