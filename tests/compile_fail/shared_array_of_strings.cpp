// SPDX-License-Identifier: MIT
// Refused: only a trivially copyable type, or a lock-free std::atomic, can lie in shared
#include <multiprocessing/array.hpp>

#include <string>

int main() { const multiprocessing::Array<std::string> words(3); }
