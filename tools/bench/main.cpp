// SPDX-License-Identifier: MIT
#include <multiprocessing/init.hpp>

#include "command_line.hpp"
#include "figures.hpp"
#include "measured_alone.hpp"
#include "options.hpp"
#include "program.hpp"
#include "progress.hpp"
#include "table.hpp"

#include <malloc.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iostream>
#include <limits>

namespace {

constexpr std::chrono::seconds limit_for_a_figure{180};

int run(const std::vector<std::string>& arguments) {
  const bench::Options options = bench::parse(arguments);
  if (!options.help.empty()) {
    std::cout << options.help;
    return 0;
  }
  std::ofstream csv;
  if (!options.csv.empty()) {
    csv.open(options.csv);
    if (!csv) throw measuring::UsageError("--csv: " + options.csv + ": " + std::strerror(errno));
    bench::write_csv_heading(csv);
  }
  bench::print_heading(std::cout);
  std::cout << std::flush;  // a fork copies what is still in the buffer
  int missed = 0;
  measuring::Progress progress(options.only.empty() ? bench::figures().size() : options.only.size());
  for (const bench::Figure& figure : bench::figures()) {
    if (!options.only.empty() && !options.only.contains(figure.name)) continue;
    progress.begin(figure.name);
    const std::vector<bench::Row> rows = bench::measured_alone(figure, options.setting, limit_for_a_figure);
    progress.hide();
    for (const bench::Row& row : rows) {
      bench::print_row(std::cout, row);
      if (csv.is_open()) bench::write_csv_row(csv, row);
      if (row.measured() && !row.reached()) ++missed;
    }
  }
  if (csv.is_open() && !csv.flush()) throw std::runtime_error(options.csv + " cannot be written");
  if (!options.goals || missed == 0) return 0;
  std::cerr << missed << (missed == 1 ? " goal was missed\n" : " goals were missed\n");
  return 1;
}

}  // namespace

int main(int count, char** arguments) {
  multiprocessing::init(count, arguments);  // for StartMethod::spawn
  // Of ours and of the peers alike: memory that one sample has freed is not given back to the system, or the next one
  // would measure page faults, and how many depends on what happens to lie at the end of the heap.
  ::mallopt(M_TRIM_THRESHOLD, std::numeric_limits<int>::max());
  return measuring::run_program("multiprocessing-bench", [&] { return run({arguments + 1, arguments + count}); });
}
