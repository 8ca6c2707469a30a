// SPDX-License-Identifier: MIT
#include "measured_alone.hpp"

#include <multiprocessing/errors.hpp>

#include "isolated.hpp"

#include <algorithm>
#include <exception>
#include <sstream>

namespace bench {
namespace {

Row not_measured(const Figure& figure, std::string reason) {
  std::replace(reason.begin(), reason.end(), '\n', ' ');
  Row row;
  row.figure = figure.name;
  row.subject = figure.subject;
  row.note = std::move(reason);
  return row;
}

std::string lines_of(const Figure& figure, const Setting& setting) {
  std::vector<Row> rows;
  try {
    rows = figure.measure(setting);
  } catch (...) {
    rows.push_back(not_measured(figure, multiprocessing::describe(std::current_exception())));
  }
  std::string text;
  for (Row& row : rows) {
    row.figure = figure.name;
    text += to_line(row) + '\n';
  }
  return text;
}

}  // namespace

std::vector<Row> measured_alone(const Figure& figure, const Setting& setting, std::chrono::seconds limit) {
  const auto measure = [&](int fd) { return measuring::write_all(fd, lines_of(figure, setting)) ? 0 : 1; };
  const measuring::Isolated result = measuring::run_isolated(measure, limit);
  if (!result.failure.empty()) return {not_measured(figure, result.failure)};
  std::istringstream lines(result.text);
  std::vector<Row> rows;
  for (std::string line; std::getline(lines, line);) rows.push_back(from_line(line));
  return rows;
}

}  // namespace bench
