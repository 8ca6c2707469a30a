// SPDX-License-Identifier: MIT
// Refused: a pointer, std::span or std::string_view in shared memory would dangle in other processes; use an index
// Names: int
#include <multiprocessing/value.hpp>

int main() { const multiprocessing::RawValue<int*> pointer; }
