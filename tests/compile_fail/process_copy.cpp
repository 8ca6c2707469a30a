// SPDX-License-Identifier: MIT
// Refused: deleted
#include <multiprocessing/process.hpp>

int main() {
  multiprocessing::Process process([] {});
  multiprocessing::Process copy(process);
}
