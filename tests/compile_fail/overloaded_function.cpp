// SPDX-License-Identifier: MIT
// Refused: this is the name of several functions, overloaded or a template: which of them is sent? wrap the call in a
//   lambda, as [](double x) { return std::sqrt(x); }, or static_cast to the one
#include <multiprocessing/pool.hpp>

#include <cmath>

int main() {
  multiprocessing::Pool pool;
  const std::vector<double> roots = pool.map(std::sqrt, std::vector<double>{1, 4, 9});
}
