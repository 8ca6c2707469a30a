# SPDX-License-Identifier: MIT
# cmake -DCOMPILER=… -DFOLDERS=… -DLIBRARY=… -DSOURCE=… -DFOLDER=… -P check_containers.cmake: does a program link
# only with a library whose containers are its own? LIBRARY was compiled without the macros that change them; SOURCE is
# the file of it that says how it was compiled, from which another one is made in FOLDER.
file(MAKE_DIRECTORY ${FOLDER})
file(WRITE ${FOLDER}/program.cpp "#include <multiprocessing/thread_pool.hpp>\nint main() {}\n")
list(REMOVE_ITEM FOLDERS "")
list(TRANSFORM FOLDERS PREPEND -I)
# What nobody refers to is dropped, by the compiler and by the linker.
set(compile ${COMPILER} -std=c++20 -O2 -ffunction-sections -fdata-sections ${FOLDERS})

function(run)
  execute_process(COMMAND ${ARGV} RESULT_VARIABLE status ERROR_VARIABLE said)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "${said}")
  endif()
endfunction()
run(${compile} -c ${FOLDER}/program.cpp -o ${FOLDER}/plain.o)
run(${compile} -D_GLIBCXX_DEBUG -c ${FOLDER}/program.cpp -o ${FOLDER}/debug.o)
run(${compile} -D_GLIBCXX_USE_CXX11_ABI=0 -c ${FOLDER}/program.cpp -o ${FOLDER}/old_strings.o)
run(${compile} -D_GLIBCXX_DEBUG -c ${SOURCE} -o ${FOLDER}/debug_library.o)

function(links program library)
  run(${COMPILER} -Wl,--gc-sections -Wl,--as-needed ${program} ${library} -pthread -o ${FOLDER}/program)
endfunction()
function(is_refused program library symbol)
  execute_process(COMMAND ${CMAKE_COMMAND} -E env LC_ALL=C ${COMPILER} -Wl,--gc-sections -Wl,--as-needed ${program}
    ${library} -pthread -o ${FOLDER}/program RESULT_VARIABLE status ERROR_VARIABLE said)
  string(FIND "${said}" "${symbol}" place)
  if(status EQUAL 0 OR place EQUAL -1)
    message(FATAL_ERROR "${program} with ${library}: ${symbol} is not in what the linker says:\n${said}")
  endif()
endfunction()
links(${FOLDER}/plain.o ${LIBRARY})
is_refused(${FOLDER}/debug.o ${LIBRARY} build_multiprocessing_with_D_GLIBCXX_DEBUG_as_this_program)
is_refused(${FOLDER}/old_strings.o ${LIBRARY} and_with_D_GLIBCXX_USE_CXX11_ABI_0)
links(${FOLDER}/debug.o ${FOLDER}/debug_library.o)
is_refused(${FOLDER}/plain.o ${FOLDER}/debug_library.o build_multiprocessing_without_D_GLIBCXX_DEBUG_as_this_program)
