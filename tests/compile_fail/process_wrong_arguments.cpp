// SPDX-License-Identifier: MIT
// Refused: the target of a Process cannot be called with these arguments; as in a std::thread they are rvalues
//   there: take them by value or const reference
#include <multiprocessing/process.hpp>

#include <string>

void greet(const std::string&, int);

int main() { multiprocessing::Process process(greet, 1, 2); }
