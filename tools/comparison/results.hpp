// SPDX-License-Identifier: MIT
#pragma once

#include "section.hpp"
#include "statistics.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace compare {

// One execution of a section's process.
struct Launch {
  std::size_t process_bytes = 0;  // resident, before it measured
  std::vector<Measured> measured = {};
  std::string failure = {};  // why there is nothing
  double bystanders = 0;     // the part of the CPUs' time that other programs had meanwhile
};

struct Figure {
  std::string chart;
  std::string series;
  double x = 0;
  Estimate estimate;
};

struct SectionResult {
  const Section* section = nullptr;
  std::vector<Launch> launches = {};
  std::vector<Figure> figures = {};  // in the order in which the section names them
  std::vector<std::string> notes = {};

  // Nothing if it was not measured.
  const Figure* figure(const std::string& chart, const std::string& series, double x = 0) const;
  // In the order of x.
  std::vector<Figure> line(const std::string& chart, const std::string& series) const;
  std::vector<std::string> series_of(const std::string& chart) const;
  double bystanders() const;  // of all launches, on average
  bool is_busy() const;       // other programs had so much that the figures are not to be used
};

SectionResult summarise(const Section& section, std::vector<Launch> launches);

struct Machine {
  std::string cpu = {}, kernel = {}, governor = {}, huge_pages = {}, container = {}, mitigations = {}, load = {};
  int cpus = 0;  // that may be used
  int online_cpus = 0;
  std::size_t memory_bytes = 0;
};
Machine this_machine();

struct Results {
  Machine machine = {};
  std::string library_version = {}, commit = {}, compiler = {}, build = {}, date = {}, command = {};
  bool quick = false;
  std::size_t launches = 0;
  std::vector<SectionResult> sections = {};
  std::string answer = {};  // to --mine; empty if nothing was asked

  const SectionResult* section(const std::string& name) const;  // nullptr if it was not measured
};

}  // namespace compare
