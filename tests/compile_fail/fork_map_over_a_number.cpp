// SPDX-License-Identifier: MIT
// Refused: map and its kin take a range of items (a container, an array, a view that is not const, or {1, 2, 3}), and
//   this is none; for one call there is apply(f, arguments...)
// Names: int
#include <multiprocessing/fork_map.hpp>

int square(int number) { return number * number; }

int main() { const std::vector<int> squares = multiprocessing::fork_map(square, 24); }
