// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/export.hpp>

namespace multiprocessing {

// The first line of main(), in a program that makes pools with StartMethod::spawn: init(argc, argv). In the process
// that such a pool starts, this call becomes the server of the workers and never returns: so the rest of main() does
// not run there; what stands before it does. In the program itself it only notes that it was called, and by which name
// the program was started; a second call there does nothing. A program that is linked with the CMake target
// multiprocessing::main need not call it.
// Source: Python's multiprocessing.freeze_support().
MULTIPROCESSING_EXPORT void init(int argc, char** argv);

namespace detail {

// init() does it, too, in the program itself; it need not return. For a library that has static objects: before main().
MULTIPROCESSING_EXPORT void at_init(void (*action)()) noexcept;

}  // namespace detail

}  // namespace multiprocessing
