// SPDX-License-Identifier: MIT
// Refused: this is the name of several functions, overloaded or a template: which of them is sent? wrap the call in a
//   lambda, as [](double x) { return std::sqrt(x); }, or static_cast to the one
#include <multiprocessing/fork_map.hpp>

template <class T>
T square(T number) {
  return number * number;
}

int main() { const std::vector<int> squares = multiprocessing::fork_map(square, {1, 2, 3}); }
