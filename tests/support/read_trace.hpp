// SPDX-License-Identifier: MIT
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace multiprocessing::tests {

// What stands in a trace, line by line. That it is JSON, and what viewers read, is checked by tests/api/check_trace.py.
struct TraceLine {
  std::string text;

  std::string field(const std::string& key) const {  // "" if there is none
    const std::string quoted = "\"" + key + "\":";
    const std::size_t found = text.find(quoted);
    if (found == std::string::npos) return {};
    const std::size_t begin = found + quoted.size();
    if (text[begin] == '"') return text.substr(begin + 1, text.find('"', begin + 1) - begin - 1);
    return text.substr(begin, text.find_first_of(",}", begin) - begin);
  }
  double begin() const { return std::stod(field("ts")); }
  double end() const { return begin() + std::stod(field("dur")); }
  int worker() const { return std::stoi(field("tid")) - 1; }
  bool is(const std::string& category) const { return field("cat") == category; }
};

inline std::vector<TraceLine> read_trace(const std::filesystem::path& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error("no trace " + path.string());
  std::vector<TraceLine> lines;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with('{')) lines.push_back({line});
  }
  return lines;
}

inline std::vector<TraceLine> of_category(const std::vector<TraceLine>& lines, const std::string& category) {
  std::vector<TraceLine> result;
  std::ranges::copy_if(lines, std::back_inserter(result), [&](const TraceLine& line) { return line.is(category); });
  return result;
}

}  // namespace multiprocessing::tests
