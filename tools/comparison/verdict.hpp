// SPDX-License-Identifier: MIT
#pragma once

#include "usable.hpp"

#include <string>
#include <vector>

namespace compare {

// Its figures are those of its rows and no others, each with its range.
struct Sentence {
  std::string text;
  std::vector<Row> rows;
};

struct Verdict {
  std::string warning = {};  // comes first: why figures of this run are not to be used, and what to do. Mostly empty
  std::vector<Sentence> sentences = {};
  std::string ranges = {};  // what the ranges of the sentences are, and whether rows were left out as too wide

  bool is_citable() const { return warning.empty() || !sentences.empty(); }
};

// What the rows say that may be cited. A sentence of which one row may not is left out.
Verdict verdict(const Results& results);

// Who cites a figure needs: what measured it and when, the machine, and the command, each on a line.
std::string citation(const Results& results);

}  // namespace compare
