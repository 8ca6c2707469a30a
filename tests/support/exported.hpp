// SPDX-License-Identifier: MIT
#pragma once

// For a function whose name a test finds in a stack: exported, and neither inlined nor cloned.
#ifdef __clang__
#define MULTIPROCESSING_TEST_EXPORT [[gnu::visibility("default"), gnu::noinline]]
#else
#define MULTIPROCESSING_TEST_EXPORT [[gnu::visibility("default"), gnu::noinline, gnu::noipa]]
#endif
