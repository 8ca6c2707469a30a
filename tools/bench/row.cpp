// SPDX-License-Identifier: MIT
#include "row.hpp"

#include <iomanip>
#include <sstream>

namespace bench {

std::string to_line(const Row& row) {
  std::ostringstream line;
  line << std::setprecision(17) << row.figure << '\t' << row.subject << '\t' << row.unit << '\t' << row.ours << '\t'
       << row.peer_name << '\t' << row.peer << '\t' << row.ratio << '\t' << static_cast<int>(row.limit) << '\t'
       << row.goal << '\t' << row.samples << '\t' << row.spread << '\t' << row.note;
  return line.str();
}

Row from_line(const std::string& line) {
  std::istringstream stream(line);
  const auto field = [&] {
    std::string text;
    std::getline(stream, text, '\t');
    return text;
  };
  Row row;
  row.figure = field();
  row.subject = field();
  row.unit = field();
  row.ours = std::stod(field());
  row.peer_name = field();
  row.peer = std::stod(field());
  row.ratio = std::stod(field());
  row.limit = static_cast<Limit>(std::stoi(field()));
  row.goal = std::stod(field());
  row.samples = std::stoul(field());
  row.spread = std::stod(field());
  row.note = field();
  return row;
}

std::string verdict(const Row& row) {
  if (!row.measured()) return "skipped";
  if (row.limit == Limit::none) return {};
  return row.reached() ? "ok" : "MISSED";
}

}  // namespace bench
