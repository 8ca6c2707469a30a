# SPDX-License-Identifier: MIT
# cmake -C cmake/profiles/release.cmake -S . -B build/release
set(CMAKE_BUILD_TYPE Release CACHE STRING "")
