// SPDX-License-Identifier: MIT
#include "figures.hpp"
#include "measured_alone.hpp"
#include "options.hpp"
#include "table.hpp"

#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <exception>
#include <fstream>
#include <iostream>
#include <limits>

namespace {

constexpr std::chrono::seconds limit_for_a_figure{180};

// A line that the next one overwrites, and nothing but on a terminal.
void announce(const std::string& text) {
  if (::isatty(STDERR_FILENO) != 1) return;
  constexpr std::size_t width = 70;
  std::cerr << '\r' << text << std::string(width - std::min(text.size(), width), ' ') << '\r' << std::flush;
}

int run(const bench::Options& options) {
  std::ofstream csv;
  if (!options.csv.empty()) {
    csv.open(options.csv);
    if (!csv) throw bench::UsageError("--csv: " + options.csv + ": " + std::strerror(errno));
    bench::write_csv_heading(csv);
  }
  bench::print_heading(std::cout);
  std::cout << std::flush;  // a fork copies what is still in the buffer
  for (const bench::Figure& figure : bench::figures()) {
    if (!options.only.empty() && !options.only.contains(figure.name)) continue;
    announce("measuring " + figure.subject);
    const std::vector<bench::Row> rows = bench::measured_alone(figure, options.setting, limit_for_a_figure);
    announce("");
    for (const bench::Row& row : rows) {
      bench::print_row(std::cout, row);
      if (csv.is_open()) bench::write_csv_row(csv, row);
    }
  }
  if (csv.is_open() && !csv.flush()) throw std::runtime_error(options.csv + " cannot be written");
  return 0;
}

}  // namespace

int main(int count, char** arguments) {
  // Of ours and of the peers alike: memory that one sample has freed is not given back to the system, or the next one
  // would measure page faults, and how many depends on what happens to lie at the end of the heap.
  ::mallopt(M_TRIM_THRESHOLD, std::numeric_limits<int>::max());
  try {
    const bench::Options options = bench::parse({arguments + 1, arguments + count});
    if (options.help) {
      std::cout << bench::help_text();
      return 0;
    }
    return run(options);
  } catch (const bench::UsageError& error) {
    std::cerr << "multiprocessing-bench: " << error.what() << '\n';
    return 2;
  } catch (const std::exception& error) {
    std::cerr << "multiprocessing-bench: " << error.what() << '\n';
    return 1;
  }
}
