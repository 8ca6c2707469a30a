// SPDX-License-Identifier: MIT
// Refused: this is the name of several functions, overloaded or a template: which of them is sent? wrap the call in a
//   lambda, as [](double x) { return std::sqrt(x); }, or static_cast to the one
#include <multiprocessing/serial_pool.hpp>

#include <cmath>

int main() {
  multiprocessing::SerialPool pool;
  const double root = pool.apply(std::sqrt, 2.0);
}
