# SPDX-License-Identifier: MIT
# A program that the compilers have to refuse, or to accept, as its own comments say (see check_refused.cmake): one test
# with the build's compiler and one with clang++ where there is one. Nothing is built for it.
find_program(MULTIPROCESSING_SECOND_COMPILER NAMES clang++-14 clang++)
mark_as_advanced(MULTIPROCESSING_SECOND_COMPILER)

function(multiprocessing_refusing_compilers result)
  set(compilers ${CMAKE_CXX_COMPILER})
  if(MULTIPROCESSING_SECOND_COMPILER AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    list(APPEND compilers ${MULTIPROCESSING_SECOND_COMPILER})
  endif()
  set(${result} ${compilers} PARENT_SCOPE)
endfunction()

# Most of these programs begin with pool.hpp. Each compiler compiles it once, before the first of them.
function(multiprocessing_precompiled_for_refused_programs)
  multiprocessing_refusing_compilers(compilers)
  set(cereal $<TARGET_PROPERTY:cereal::cereal,INTERFACE_INCLUDE_DIRECTORIES>)
  foreach(compiler IN LISTS compilers)
    get_filename_component(compiler_name ${compiler} NAME)
    set(header ${CMAKE_CURRENT_BINARY_DIR}/refused/${compiler_name}/precompiled.hpp)
    file(CONFIGURE OUTPUT ${header} CONTENT "#include <multiprocessing/pool.hpp>\n")
    set(test refused.precompiled.${compiler_name})
    add_test(NAME ${test} COMMAND ${compiler} -std=c++20 -I${PROJECT_SOURCE_DIR}/include
      "$<$<BOOL:${cereal}>:-I$<JOIN:${cereal},;-I>>" -x c++-header ${header} -o ${header}.gch COMMAND_EXPAND_LISTS)
    set_tests_properties(${test} PROPERTIES TIMEOUT 300 LABELS compile_fail FIXTURES_SETUP ${test})
  endforeach()
endfunction()

function(multiprocessing_refused_program file)
  get_filename_component(name ${file} NAME_WE)
  multiprocessing_refusing_compilers(compilers)
  foreach(compiler IN LISTS compilers)
    get_filename_component(compiler_name ${compiler} NAME)
    set(test refused.${name}.${compiler_name})
    add_test(NAME ${test} COMMAND ${CMAKE_COMMAND} -DCOMPILER=${compiler} -DFILE=${CMAKE_CURRENT_SOURCE_DIR}/${file}
      "-DFOLDERS=${PROJECT_SOURCE_DIR}/include;$<TARGET_PROPERTY:cereal::cereal,INTERFACE_INCLUDE_DIRECTORIES>"
      -DPFR=$<$<BOOL:${MULTIPROCESSING_PFR}>:${MULTIPROCESSING_PFR}>
      -DPRECOMPILED=${CMAKE_CURRENT_BINARY_DIR}/refused/${compiler_name}/precompiled.hpp
      -P ${PROJECT_SOURCE_DIR}/cmake/check_refused.cmake)
    set_tests_properties(${test} PROPERTIES TIMEOUT 120 LABELS compile_fail SKIP_REGULAR_EXPRESSION "SKIPPED: "
      FIXTURES_REQUIRED refused.precompiled.${compiler_name})
  endforeach()
endfunction()

# Each public header, compiled with an older standard by both compilers (see check_old_standard.cmake).
function(multiprocessing_refused_standard standard)
  multiprocessing_refusing_compilers(compilers)
  foreach(compiler IN LISTS compilers)
    get_filename_component(compiler_name ${compiler} NAME)
    set(test refused.${standard}.${compiler_name})
    add_test(NAME ${test} COMMAND ${CMAKE_COMMAND} -DCOMPILER=${compiler} -DSTANDARD=${standard}
      -DHEADERS=${PROJECT_SOURCE_DIR}/include/multiprocessing
      "-DFOLDERS=${PROJECT_SOURCE_DIR}/include;$<TARGET_PROPERTY:cereal::cereal,INTERFACE_INCLUDE_DIRECTORIES>"
      -P ${PROJECT_SOURCE_DIR}/cmake/check_old_standard.cmake)
    set_tests_properties(${test} PROPERTIES TIMEOUT 120 LABELS compile_fail)
  endforeach()
endfunction()

# A program links only with a library that has the same containers (see check_containers.cmake).
function(multiprocessing_refused_containers)
  multiprocessing_refusing_compilers(compilers)
  foreach(compiler IN LISTS compilers)
    get_filename_component(compiler_name ${compiler} NAME)
    set(test refused.containers.${compiler_name})
    add_test(NAME ${test} COMMAND ${CMAKE_COMMAND} -DCOMPILER=${compiler}
      -DLIBRARY=$<TARGET_FILE:multiprocessing::multiprocessing>
      -DSOURCE=${PROJECT_SOURCE_DIR}/src/codec/same_containers.cpp
      -DFOLDER=${CMAKE_CURRENT_BINARY_DIR}/containers_${compiler_name}
      "-DFOLDERS=${PROJECT_SOURCE_DIR}/include;$<TARGET_PROPERTY:cereal::cereal,INTERFACE_INCLUDE_DIRECTORIES>"
      -P ${PROJECT_SOURCE_DIR}/cmake/check_containers.cmake)
    set_tests_properties(${test} PROPERTIES TIMEOUT 120 LABELS compile_fail)
  endforeach()
endfunction()
