// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/cpp20.hpp>

#include <version>

// Standard containers are passed between a program and the compiled core, and two macros change their layout. So every
// file that includes a header of this library refers to a symbol that exists only if both were compiled alike.
#ifdef _GLIBCXX_DEBUG
#define MULTIPROCESSING_CONTAINERS build_multiprocessing_with_D_GLIBCXX_DEBUG_as_this_program
#else
#define MULTIPROCESSING_CONTAINERS build_multiprocessing_without_D_GLIBCXX_DEBUG_as_this_program
#endif
#if defined(_GLIBCXX_USE_CXX11_ABI) && !_GLIBCXX_USE_CXX11_ABI
#define MULTIPROCESSING_STRINGS and_with_D_GLIBCXX_USE_CXX11_ABI_0
#else
#define MULTIPROCESSING_STRINGS and_without_D_GLIBCXX_USE_CXX11_ABI_0
#endif

namespace multiprocessing::MULTIPROCESSING_CONTAINERS::MULTIPROCESSING_STRINGS {

__attribute__((visibility("default"))) void is_built_so();  // never called

// `retain` keeps it even if the linker drops sections that nobody refers to.
[[gnu::used, gnu::retain]] inline void (*const wanted)() = &is_built_so;

}  // namespace multiprocessing::MULTIPROCESSING_CONTAINERS::MULTIPROCESSING_STRINGS
