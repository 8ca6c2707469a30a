# SPDX-License-Identifier: MIT
# cmake -C cmake/profiles/tsan.cmake -S . -B build/tsan
# ThreadSanitizer sees nothing across a fork: run the tests labelled tsan, which run the same code between threads.
set(CMAKE_BUILD_TYPE Debug CACHE STRING "")
set(CMAKE_CXX_FLAGS "-O1 -fsanitize=thread -fno-omit-frame-pointer" CACHE STRING "")
# Lines are enough for a report, and compile in two thirds of the time.
set(CMAKE_CXX_FLAGS_DEBUG "-g1" CACHE STRING "")
