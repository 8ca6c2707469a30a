// SPDX-License-Identifier: MIT
// Refused: only a trivially copyable type, or a lock-free std::atomic, can lie in shared memory: what a string or a
//   container points to would stay in one process; use fixed-size members
// Names: string
#include <multiprocessing/array.hpp>

#include <string>

int main() { const multiprocessing::Array<std::string> words(3); }
