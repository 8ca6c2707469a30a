// SPDX-License-Identifier: MIT
// Refused: multiprocessing: the target of a Process cannot be called with these arguments
#include <multiprocessing/process.hpp>

int answer() { return 42; }

int main() { multiprocessing::Process process(answer()); }
