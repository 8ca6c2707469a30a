# SPDX-License-Identifier: MIT
# cmake -DCOMPILER=… -DSTANDARD=… -DHEADERS=… -DFOLDERS=… -P check_old_standard.cmake: each public header, compiled as
# C++ of an older standard, says as its first error that it needs C++20, and little else.
set(most_lines 20)

list(REMOVE_ITEM FOLDERS "")
list(TRANSFORM FOLDERS PREPEND -I)
file(GLOB headers ${HEADERS}/*.hpp)
foreach(header IN LISTS headers)
  execute_process(COMMAND ${CMAKE_COMMAND} -E env LC_ALL=C ${COMPILER} -std=${STANDARD} -fsyntax-only ${FOLDERS}
    -include ${header} -x c++ /dev/null RESULT_VARIABLE status OUTPUT_VARIABLE said ERROR_VARIABLE said)
  string(REGEX MATCH "error: [^\n]*" first "${said}")
  if(status EQUAL 0 OR NOT first MATCHES "multiprocessing: this library needs C..20: compile with -std=c..20")
    message(FATAL_ERROR "${header} does not begin with what it needs:\n${said}")
  endif()
  string(REGEX MATCHALL "\n" lines "${said}")
  list(LENGTH lines count)
  if(count GREATER most_lines)
    message(FATAL_ERROR "${header}: ${count} lines, more than ${most_lines}:\n${said}")
  endif()
endforeach()
