# SPDX-License-Identifier: MIT
# Included by tests/CMakeLists.txt: a test, and what it loads, which lies beside it.
multiprocessing_test(api/threads_per_worker_test.cpp)
set(libraries thread_library)
find_package(OpenMP QUIET)
if(OpenMP_CXX_FOUND AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")  # LLVM's leaves files behind
  list(APPEND libraries openmp_library)
endif()
foreach(library ${libraries})
  add_library(test_${library} MODULE ${CMAKE_CURRENT_SOURCE_DIR}/api/${library}.cpp)
  set_target_properties(test_${library} PROPERTIES
    PREFIX "" OUTPUT_NAME ${library} LIBRARY_OUTPUT_DIRECTORY $<TARGET_FILE_DIR:tests_api>)
  target_link_libraries(test_${library} PRIVATE
    $<TARGET_NAME_IF_EXISTS:multiprocessing_warnings> $<$<STREQUAL:${library},openmp_library>:OpenMP::OpenMP_CXX>)
  # What it stands for is C, of which UndefinedBehaviorSanitizer does not know the types of the functions.
  target_compile_options(test_${library} PRIVATE -fno-sanitize=all)
  add_dependencies(tests_api test_${library})
endforeach()
target_link_libraries(tests_api PRIVATE ${CMAKE_DL_LIBS} Boost::headers)  # event_loops_test.cpp has Asio's
