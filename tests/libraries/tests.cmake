# SPDX-License-Identifier: MIT
# Included by tests/CMakeLists.txt: libraries that have threads of their own, in the program and in its tasks.
multiprocessing_test(libraries/spawned_libraries_test.cpp)
find_package(OpenMP QUIET)
find_package(TBB QUIET)
if(TBB_FOUND)
  target_compile_definitions(tests_libraries PRIVATE HAS_TBB)
  target_link_libraries(tests_libraries PRIVATE TBB::tbb)
endif()
if(OpenMP_CXX_FOUND AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")  # LLVM's survives a fork, and leaves files behind
  target_compile_definitions(tests_libraries PRIVATE HAS_OPENMP)
  target_link_libraries(tests_libraries PRIVATE OpenMP::OpenMP_CXX)
endif()
