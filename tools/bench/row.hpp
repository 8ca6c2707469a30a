// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <string>

namespace bench {

// What a goal limits from above.
enum class Limit { ratio, ours, none };

// One line of the table: a time of ours and a peer's, taken in turn in one run, and what was to be reached.
struct Row {
  std::string figure = {};  // what --only takes
  std::string subject = {};
  std::string unit = {};  // of ours and peer: "ns", "us", "ms", "MB", "bytes", "ticks"
  double ours = 0;        // medians
  std::string peer_name = {};
  double peer = 0;
  double ratio = 0;  // ours / peer; 0 without a peer
  Limit limit = Limit::none;
  double goal = 0;
  std::size_t samples = 0;  // 0: not measured, and `note` says why
  double spread = 0;        // how far apart the middle half of the samples' ratios is, relative to the ratio
  std::string note = {};

  bool measured() const { return samples != 0; }
  bool reached() const { return limit == Limit::none || (limit == Limit::ratio ? ratio : ours) <= goal; }
};

// A row as one line and back: how it leaves the process that measured it.
std::string to_line(const Row& row);
Row from_line(const std::string& line);

// "ok", "MISSED", "skipped", or nothing where there is no goal.
std::string verdict(const Row& row);

}  // namespace bench
