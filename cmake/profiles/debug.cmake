# SPDX-License-Identifier: MIT
# cmake -C cmake/profiles/debug.cmake -S . -B build/debug
set(CMAKE_BUILD_TYPE Debug CACHE STRING "")
