// SPDX-License-Identifier: MIT
#pragma once

#include "results.hpp"

#include <string>
#include <vector>

namespace compare {

// A job as its user describes it: 'task=200us in=4KiB out=1KiB items=1e5 parent=500MiB'.
struct Job {
  double task_seconds = 0;
  double in_bytes = 0;
  double out_bytes = 0;
  double items = 0;
  double parent_bytes = 0;
};
// `task` and `items` are needed, the others are 0 unless they are told. Throws std::invalid_argument that says what is
// wrong with which part.
Job parse_job(const std::string& text);

struct Prediction {
  std::string way;  // "serial loop", "ThreadPool", "Pool", "fork_map"
  double seconds = 0;
  double low = 0;  // with the low ends of the ranges of all that it is reckoned from
  double high = 0;
};
// What the job would take with as many workers as there are CPUs, from what was measured. Empty if a row that it needs
// is missing or not to be used.
std::vector<Prediction> predict(const Job& job, const Results& results);
const std::vector<std::string>& sections_of_predictions();

// Which way is the fastest and how sure that is, or why it cannot be told; then a table of all ways, and how they were
// reckoned.
std::string answer(const Job& job, const Results& results);

}  // namespace compare
