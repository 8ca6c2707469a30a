// SPDX-License-Identifier: MIT
#pragma once

#include "results.hpp"

#include <string>

// Results of the comparison as if they had been measured.
namespace multiprocessing::tests {

const compare::Section& section_named(const std::string& name);  // std::out_of_range

// Of six launches on four CPUs.
class MadeUpResults {
 public:
  // A row whose interval, and middle half, is from 0.9 to 1.1 of the value.
  MadeUpResults& add(const std::string& section, const std::string& chart, const std::string& series, double x,
                     double value);
  MadeUpResults& add(const std::string& section, const std::string& chart, const std::string& series, double x,
                     double value, double low, double high);

  compare::SectionResult& section(const std::string& name);  // as if it had been measured
  compare::Figure& row(const std::string& section, const std::string& chart, const std::string& series, double x = 0);
  void make_busy(const std::string& section, double part);
  void make_quick();  // one launch: no intervals
  compare::Results& results() { return results_; }

 private:
  compare::Results results_{.machine = {.cpu = "A processor", .kernel = "Linux 6.1", .cpus = 4, .online_cpus = 8},
                            .library_version = "1.2.3",
                            .compiler = "GNU 12",
                            .build = "Release",
                            .date = "2026-11-30 12:00:00 +0000",
                            .command = "tools/compare",
                            .launches = 6};
};

// All rows that the verdict and --mine ask for.
MadeUpResults whole_run();

}  // namespace multiprocessing::tests
