// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/cpp20.hpp>

#include <version>

// Standard containers cross between a program and the compiled core, and -D_GLIBCXX_DEBUG changes their layout. So
// whatever includes a header of this library refers to a symbol that is there only if both were compiled alike.
#ifdef _GLIBCXX_DEBUG
#define MULTIPROCESSING_CONTAINERS build_multiprocessing_with_D_GLIBCXX_DEBUG_as_this_program
#else
#define MULTIPROCESSING_CONTAINERS build_multiprocessing_without_D_GLIBCXX_DEBUG_as_this_program
#endif

namespace multiprocessing::MULTIPROCESSING_CONTAINERS {

__attribute__((visibility("default"))) void is_built_so();  // never called

// `retain`: also where the linker drops what nobody refers to.
[[gnu::used, gnu::retain]] inline void (*const wanted)() = &is_built_so;

}  // namespace multiprocessing::MULTIPROCESSING_CONTAINERS
