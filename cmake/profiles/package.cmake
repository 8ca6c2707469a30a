# SPDX-License-Identifier: MIT
# A Debian package, build/package/libmultiprocessing-dev_*.deb:
#   cmake -C cmake/profiles/package.cmake -S . -B build/package
#   cmake --build build/package --target package
set(CMAKE_BUILD_TYPE Release CACHE STRING "")
set(CMAKE_INSTALL_PREFIX /usr CACHE PATH "")
set(CMAKE_INSTALL_DOCDIR share/doc/libmultiprocessing-dev CACHE PATH "")
set(MULTIPROCESSING_BUILD_TESTS OFF CACHE BOOL "")
set(MULTIPROCESSING_BUILD_TOOLS OFF CACHE BOOL "")
