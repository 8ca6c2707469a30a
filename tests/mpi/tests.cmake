# SPDX-License-Identifier: MIT
# multiprocessing::mpi, where there is Open MPI. tests/mpi/check runs it on the hosts of a job.
if(NOT TARGET multiprocessing::mpi)
  return()
endif()
add_executable(mpi_program mpi/program.cpp)
target_link_libraries(mpi_program PRIVATE multiprocessing::mpi)
add_test(NAME MpiPool.WithoutALauncherIsAPoolOnThisMachine COMMAND mpi_program work)
add_test(NAME MpiPool.WithoutALauncherRefusesWhatOtherHostsWouldNotGet COMMAND mpi_program errors)

# The typed tests of a pool on several hosts once more.
if(NOT BUILD_SHARED_LIBS)
  add_executable(tests_on_mpi EXCLUDE_FROM_ALL mpi/agents_of_job.cpp $<TARGET_OBJECTS:tests_api>)
  target_include_directories(tests_on_mpi PRIVATE ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(tests_on_mpi PRIVATE tests_harness multiprocessing::mpi)
endif()
