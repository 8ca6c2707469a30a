// SPDX-License-Identifier: MIT
// Refused: the target of a Process cannot be called with these arguments; as in a std::thread they are rvalues
//   there: take them by value or const reference
#include <multiprocessing/process.hpp>

int answer() { return 42; }

int main() { multiprocessing::Process process(answer()); }
