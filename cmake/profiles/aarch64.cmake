# SPDX-License-Identifier: MIT
# cmake -C cmake/profiles/aarch64.cmake -S . -B build/aarch64
# The library for 64-bit Arm, by Debian's cross compiler. To run in an emulator it need not be fast.
set(CMAKE_SYSTEM_NAME Linux CACHE STRING "")
set(CMAKE_SYSTEM_PROCESSOR aarch64 CACHE STRING "")
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++ CACHE STRING "")
set(CMAKE_BUILD_TYPE "" CACHE STRING "")
set(MULTIPROCESSING_BUILD_TESTS OFF CACHE BOOL "")
set(MULTIPROCESSING_BUILD_TOOLS OFF CACHE BOOL "")
