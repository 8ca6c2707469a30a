# SPDX-License-Identifier: MIT
# Linked by our own targets only, and only in the top-level build: nobody else's compiler has to agree with ours.
add_library(multiprocessing_warnings INTERFACE)
target_compile_options(multiprocessing_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion)

# gcc 12 warns of overlaps inside std::string that cannot be: https://gcc.gnu.org/bugzilla/show_bug.cgi?id=105651
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  target_compile_options(multiprocessing_warnings INTERFACE -Wno-restrict)
endif()

# A member is used without the mutex that guards it: src/os/thread_annotations.hpp.
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  target_compile_options(multiprocessing_warnings INTERFACE -Wthread-safety)
endif()
