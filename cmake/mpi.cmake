# SPDX-License-Identifier: MIT
# multiprocessing::mpi, the pool on the hosts of an Open MPI job: made where Open MPI is there, and left out elsewhere.
option(MULTIPROCESSING_MPI "Build multiprocessing::mpi if there is Open MPI" ON)
if(NOT MULTIPROCESSING_MPI)
  return()
endif()

set(MPI_CXX_SKIP_MPICXX TRUE)  # the C functions of mpi.h only, but no project needs the language C for them
find_package(MPI QUIET COMPONENTS CXX)
if(MPI_CXX_FOUND)
  include(CheckCXXSymbolExists)
  set(CMAKE_REQUIRED_LIBRARIES MPI::MPI_CXX)
  set(CMAKE_REQUIRED_QUIET ON)
  check_cxx_symbol_exists(OPEN_MPI mpi.h MULTIPROCESSING_HAS_OPEN_MPI)
  unset(CMAKE_REQUIRED_LIBRARIES)
  unset(CMAKE_REQUIRED_QUIET)
endif()
if(NOT MPI_CXX_FOUND)
  message(STATUS "multiprocessing::mpi is left out: there is no MPI (Debian: libopenmpi-dev)")
  return()
elseif(NOT MULTIPROCESSING_HAS_OPEN_MPI)
  message(STATUS "multiprocessing::mpi is left out: the MPI of ${MPI_CXX_COMPILER} is not Open MPI")
  return()
endif()

add_library(multiprocessing_mpi)
add_library(multiprocessing::mpi ALIAS multiprocessing_mpi)
target_link_libraries(multiprocessing_mpi PUBLIC multiprocessing PRIVATE MPI::MPI_CXX)
set_target_properties(multiprocessing_mpi PROPERTIES
  EXPORT_NAME mpi
  CXX_EXTENSIONS OFF
  CXX_VISIBILITY_PRESET hidden
  VISIBILITY_INLINES_HIDDEN ON
  DEFINE_SYMBOL ""
  POSITION_INDEPENDENT_CODE ON
  VERIFY_INTERFACE_HEADER_SETS ${PROJECT_IS_TOP_LEVEL}
  VERSION ${PROJECT_VERSION}
  SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
