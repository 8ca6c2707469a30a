# SPDX-License-Identifier: MIT
# cmake -DCOMPILER=… -DFILE=… -DFOLDERS=… -P check_refused.cmake: does the compiler treat FILE as its comment says?
#   // Refused: text      text is in one of its first five errors, and all that it says is at most 50 lines;
#                      no brackets and no semicolon in it
#   // Accepted: reason   it has nothing to say
set(most_lines 50)

file(STRINGS ${FILE} expected REGEX "^// (Refused|Accepted): ")
if(NOT expected)
  message(FATAL_ERROR "${FILE} has no line '// Refused: what the compiler says' or '// Accepted: why'")
endif()
list(REMOVE_ITEM FOLDERS "")
list(TRANSFORM FOLDERS PREPEND -I)
execute_process(COMMAND ${CMAKE_COMMAND} -E env LC_ALL=C ${COMPILER} -std=c++20 -fsyntax-only ${FOLDERS} ${FILE}
  RESULT_VARIABLE status OUTPUT_VARIABLE said ERROR_VARIABLE said)

if(expected MATCHES "^// Accepted")
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "it does not compile:\n${said}")
  endif()
  return()
endif()
string(REPLACE "// Refused: " "" expected "${expected}")
if(status EQUAL 0)
  message(FATAL_ERROR "it compiles, and should not: ${expected}")
endif()

# Characters that mean something in a CMake list.
string(REGEX REPLACE "[][;]" " " lines "${said}")
string(REPLACE "\n" ";" lines "${lines}")
list(LENGTH lines count)
list(FILTER lines INCLUDE REGEX "error:")
list(SUBLIST lines 0 5 first)
string(FIND "${first}" "${expected}" place)
if(place EQUAL -1)
  message(FATAL_ERROR "none of the first errors says: ${expected}\n${said}")
elseif(count GREATER most_lines)
  message(FATAL_ERROR "a newcomer has to read ${count} lines, more than ${most_lines}:\n${said}")
endif()
