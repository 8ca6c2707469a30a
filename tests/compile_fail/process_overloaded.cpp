// SPDX-License-Identifier: MIT
// Refused: this is the name of several functions, overloaded or a template: which of them is sent? wrap the call in a
//   lambda, as [](double x) { return std::sqrt(x); }, or static_cast to the one
#include <multiprocessing/process.hpp>

void run(int) {}
void run(double) {}

int main() { multiprocessing::Process process(run, 1); }
