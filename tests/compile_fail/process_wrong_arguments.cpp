// SPDX-License-Identifier: MIT
// Refused: multiprocessing: the target of a Process cannot be called with these arguments
#include <multiprocessing/process.hpp>

#include <string>

void greet(const std::string&, int);

int main() { multiprocessing::Process process(greet, 1, 2); }
