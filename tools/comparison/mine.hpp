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
  std::string way;  // "serial", "ThreadPool", "Pool", "fork_map"
  double seconds = 0;
};
// What the job would take with as many workers as there are CPUs, from what was measured. Empty if a section of
// sections_of_predictions() is missing.
std::vector<Prediction> predict(const Job& job, const Results& results);
const std::vector<std::string>& sections_of_predictions();

// A table of it, which to take, and how it was reckoned.
std::string prediction_text(const Job& job, const std::vector<Prediction>& predictions);

}  // namespace compare
