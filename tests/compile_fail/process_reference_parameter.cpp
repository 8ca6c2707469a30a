// SPDX-License-Identifier: MIT
// Refused: take them by value or const reference
#include <multiprocessing/process.hpp>

void fill(int& result) { result = 1; }

int main() {
  int result = 0;
  multiprocessing::Process process(fill, result);
}
