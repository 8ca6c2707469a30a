# SPDX-License-Identifier: MIT
# multiprocessing::mpi, where there is Open MPI (cmake/mpi.cmake)
if(NOT TARGET multiprocessing_mpi)
  return()
endif()
target_include_directories(multiprocessing_mpi PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
target_sources(multiprocessing_mpi
  PUBLIC FILE_SET HEADERS BASE_DIRS ${PROJECT_SOURCE_DIR}/include FILES
  ${PROJECT_SOURCE_DIR}/include/multiprocessing/mpi.hpp
)
target_sources(multiprocessing_mpi PRIVATE
  mpi/courier.cpp
  mpi/job.cpp
  mpi/launch.cpp
  mpi/mpi_pool.cpp
  mpi/orders.cpp
  mpi/porter.cpp
  mpi/pumped_socket.cpp
  mpi/rank_link.cpp
)
