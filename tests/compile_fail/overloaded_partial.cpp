// SPDX-License-Identifier: MIT
// Refused: this is the name of several functions, overloaded or a template: which of them is sent? wrap the call in a
//   lambda, as [](double x) { return std::sqrt(x); }, or static_cast to the one
#include <multiprocessing/partial.hpp>

#include <cmath>

int main() { const auto power_of_two = multiprocessing::partial(std::pow, 2.0); }
