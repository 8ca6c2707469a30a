# SPDX-License-Identifier: MIT
# Included by tests/CMakeLists.txt: what is not built here is not tested.
if(PROJECT_IS_TOP_LEVEL AND NOT MULTIPROCESSING_BUILD_TOOLS)
  message(STATUS "The tools are not built, so they are not tested (MULTIPROCESSING_BUILD_TOOLS is OFF)")
endif()
if(TARGET multiprocessing-demo)
  multiprocessing_test(tools/demo_test.cpp)
  target_compile_definitions(tests_tools PRIVATE DEMO_PROGRAM="$<TARGET_FILE:multiprocessing-demo>")
  add_dependencies(tests_tools multiprocessing-demo)
  multiprocessing_test(tools/compare_test.cpp)
  target_compile_definitions(tests_tools PRIVATE
    PYTHON="$<$<BOOL:${MULTIPROCESSING_PYTHON}>:${MULTIPROCESSING_PYTHON}>"
    CHECK_OUTPUTS="${CMAKE_CURRENT_SOURCE_DIR}/tools/check_outputs.py"
    SCHEMA="${PROJECT_SOURCE_DIR}/tools/comparison/schema.json"
    COMPARE_PROGRAM="$<$<TARGET_EXISTS:multiprocessing-compare>:$<TARGET_FILE:multiprocessing-compare>>")
endif()
if(TARGET demos)
  multiprocessing_test(tools/demo_script_test.cpp)
  multiprocessing_test(tools/demos_farm_test.cpp)
  multiprocessing_test(tools/demos_figures_test.cpp)
  multiprocessing_test(tools/demos_isolation_test.cpp)
  multiprocessing_test(tools/demos_speed_test.cpp)
  multiprocessing_test(tools/demos_test.cpp)
  multiprocessing_test(tools/demos_work_test.cpp)
  multiprocessing_test(tools/long_steps_test.cpp)
  multiprocessing_test(tools/run_demo.cpp)
  target_compile_definitions(tests_tools PRIVATE
    DEMOS_FOLDER="${PROJECT_BINARY_DIR}/tools/demos" DEMOS_SOURCES="${PROJECT_SOURCE_DIR}/tools/demos"
    DEMO_SCRIPT="${PROJECT_SOURCE_DIR}/tools/demo" COMMON_SCRIPT="${PROJECT_SOURCE_DIR}/tools/common.sh")
  add_dependencies(tests_tools demos)
  find_package(OpenMP QUIET COMPONENTS CXX)
  if(OpenMP_CXX_FOUND)
    target_compile_definitions(tests_tools PRIVATE DEMOS_HAVE_OPENMP)
  endif()
  # tools/demo builds in build/release; elsewhere nothing is to be built by a test.
  if(PROJECT_BINARY_DIR STREQUAL "${PROJECT_SOURCE_DIR}/build/release")
    target_compile_definitions(tests_tools PRIVATE DEMO_SCRIPT_BUILDS)
  endif()
  # The same file, by a compiler that has no OpenMP.
  add_executable(demo-without-openmp ${PROJECT_SOURCE_DIR}/tools/demos/openmp.cpp)
  set_target_properties(demo-without-openmp PROPERTIES OUTPUT_NAME openmp-without
    RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tools/demos)
  target_link_libraries(demo-without-openmp PRIVATE
    multiprocessing::multiprocessing $<TARGET_NAME_IF_EXISTS:multiprocessing_warnings>)
  add_dependencies(tests_tools demo-without-openmp)
endif()
if(TARGET measuring)
  multiprocessing_test(tools/measuring_test.cpp)
  target_link_libraries(tests_tools PRIVATE measuring)
endif()
if(TARGET multiprocessing-compare)
  multiprocessing_test(tools/compare_page_test.cpp)
  multiprocessing_test(tools/compare_sayings_test.cpp)
  multiprocessing_test(tools/compare_statistics_test.cpp)
  multiprocessing_test(tools/compare_text_test.cpp)
  multiprocessing_test(tools/compare_verdict_test.cpp)
  multiprocessing_test(tools/made_up_results.cpp)
  multiprocessing_test(tools/verdict_holder.cpp)
  target_link_libraries(tests_tools PRIVATE compare)
  add_dependencies(tests_tools multiprocessing-compare)
endif()
