// SPDX-License-Identifier: MIT
#pragma once

// Included first by each header that includes no other of ours: so it comes before all code that needs C++20.
#if __cplusplus < 202002L
#error multiprocessing: this library needs C++20: compile with -std=c++20 (g++ 12 or clang 14, or later)
#include <C++20>  // no such file: both compilers stop here, so that the line above stays the only one
#endif
