# SPDX-License-Identifier: MIT
# The target `package`, or `cpack -G DEB`, makes libmultiprocessing-dev, and where there is Open MPI
# libmultiprocessing-mpi-dev (see profiles/package.cmake).
set(debian ${PROJECT_SOURCE_DIR}/cmake/debian)
file(STRINGS ${debian}/changelog newest LIMIT_COUNT 1)
if(NOT newest MATCHES "\\(${PROJECT_VERSION}\\)")
  message(FATAL_ERROR "cmake/debian/changelog begins with '${newest}', but this is version ${PROJECT_VERSION}")
endif()

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME libmultiprocessing-dev)
set(CPACK_PACKAGE_CONTACT "The multiprocessing authors <multiprocessing@authors.invalid>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_PACKAGE_DESCRIPTION
  "A program makes a Pool and maps functions over items; forked workers run them.
Tasks and results travel through rings in shared memory. A worker that crashes
costs one item. The calls are those of Python's multiprocessing module.

This package has the headers, the static library, files for CMake and
pkg-config, and the guide.")
set(CPACK_PACKAGING_INSTALL_PREFIX ${CMAKE_INSTALL_PREFIX})
set(CPACK_STRIP_FILES OFF)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_PACKAGE_DEPENDS libcereal-dev)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)

if(mpi_is_built)  # packages by component: what has none, and mpi
  set(CPACK_DEB_COMPONENT_INSTALL ON)
  set(CPACK_COMPONENTS_GROUPING IGNORE)
  set(CPACK_DEBIAN_UNSPECIFIED_PACKAGE_NAME libmultiprocessing-dev)
  set(CPACK_COMPONENT_UNSPECIFIED_DESCRIPTION "${CPACK_PACKAGE_DESCRIPTION}")
  set(CPACK_DEBIAN_MPI_PACKAGE_NAME libmultiprocessing-mpi-dev)
  set(CPACK_DEBIAN_MPI_PACKAGE_DEPENDS "libmultiprocessing-dev (= ${PROJECT_VERSION}), libopenmpi-dev")
  set(CPACK_COMPONENT_MPI_DESCRIPTION "The Pool of libmultiprocessing-dev, with workers on all hosts on which mpirun or
srun has started the program.")
endif()

# What a package of Debian's says of itself. Only the package has it: elsewhere the licence is in the README.
if(CMAKE_INSTALL_DOCDIR MATCHES "/libmultiprocessing-dev$")
  install(FILES ${debian}/copyright DESTINATION ${CMAKE_INSTALL_DOCDIR})
  set(changelog ${PROJECT_BINARY_DIR}/changelog.gz)
  execute_process(COMMAND gzip -9nc ${debian}/changelog OUTPUT_FILE ${changelog} COMMAND_ERROR_IS_FATAL ANY)
  install(FILES ${changelog} DESTINATION ${CMAKE_INSTALL_DOCDIR})
  if(mpi_is_built)
    string(REPLACE "-dev" "-mpi-dev" mpi_docdir ${CMAKE_INSTALL_DOCDIR})
    install(FILES ${debian}/copyright ${changelog} DESTINATION ${mpi_docdir} COMPONENT mpi)
  endif()
endif()
include(CPack)
