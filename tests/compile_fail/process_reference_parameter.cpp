// SPDX-License-Identifier: MIT
// Refused: the target of a Process cannot be called with these arguments; as in a std::thread they are rvalues
//   there: take them by value or const reference
#include <multiprocessing/process.hpp>

void fill(int& result) { result = 1; }

int main() {
  int result = 0;
  multiprocessing::Process process(fill, result);
}
