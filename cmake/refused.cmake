# SPDX-License-Identifier: MIT
# A program that must not compile, and what the compiler has to say about it: the text after "// Refused: " in it.
# Only the library's own headers and cereal's are there for it.
function(multiprocessing_refused_program file)
  get_filename_component(name ${file} NAME_WE)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  file(STRINGS ${file} said REGEX "^// Refused: ")
  if(NOT said)
    message(FATAL_ERROR "${file} has no line '// Refused: what the compiler says'")
  endif()
  string(REPLACE "// Refused: " "" said "${said}")
  string(REGEX REPLACE "[^a-zA-Z0-9 :_,<>'-]+" ".*" said "${said}")
  set(cereal_folders $<TARGET_PROPERTY:cereal::cereal,INTERFACE_INCLUDE_DIRECTORIES>)
  add_test(NAME refused.${name}
    COMMAND ${CMAKE_CXX_COMPILER} -std=c++20 -fsyntax-only -I${PROJECT_SOURCE_DIR}/include
      "$<$<BOOL:${cereal_folders}>:-I$<JOIN:${cereal_folders},;-I>>" ${CMAKE_CURRENT_SOURCE_DIR}/${file}
    COMMAND_EXPAND_LISTS)
  set_tests_properties(refused.${name} PROPERTIES TIMEOUT 120 LABELS compile_fail
    PASS_REGULAR_EXPRESSION "error[^\n]*${said}")
endfunction()
