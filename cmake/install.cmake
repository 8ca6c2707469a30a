# SPDX-License-Identifier: MIT
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/multiprocessing)

install(TARGETS multiprocessing multiprocessing_main EXPORT multiprocessing FILE_SET HEADERS)
install(FILES include/multiprocessing/README.md DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/multiprocessing)  # the guide
install(EXPORT multiprocessing NAMESPACE multiprocessing:: FILE multiprocessingTargets.cmake DESTINATION ${package_dir})

set(mpi_is_built OFF)
set(mpi_is_static OFF)
if(TARGET multiprocessing_mpi)
  set(mpi_is_built ON)
  get_target_property(mpi_type multiprocessing_mpi TYPE)
  if(mpi_type STREQUAL "STATIC_LIBRARY")
    set(mpi_is_static ON)
    set(mpi_pc_requires ", ompi-c")  # Open MPI's own
  endif()
  install(TARGETS multiprocessing_mpi EXPORT multiprocessing_mpi
    ARCHIVE COMPONENT mpi LIBRARY COMPONENT mpi NAMELINK_COMPONENT mpi FILE_SET HEADERS COMPONENT mpi)
  install(EXPORT multiprocessing_mpi NAMESPACE multiprocessing:: FILE multiprocessingMpiTargets.cmake
    DESTINATION ${package_dir} COMPONENT mpi)
endif()

# Before 1.0 a minor version may break what a program sees.
write_basic_package_version_file(${PROJECT_BINARY_DIR}/multiprocessingConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
configure_package_config_file(cmake/multiprocessingConfig.cmake.in
  ${PROJECT_BINARY_DIR}/multiprocessingConfig.cmake INSTALL_DESTINATION ${package_dir})
install(FILES
  ${PROJECT_BINARY_DIR}/multiprocessingConfig.cmake
  ${PROJECT_BINARY_DIR}/multiprocessingConfigVersion.cmake
  DESTINATION ${package_dir})

# Each .pc file finds its own tree, so that the installed tree may be moved.
file(RELATIVE_PATH pc_to_prefix ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
string(REGEX REPLACE "/$" "" pc_to_prefix ${pc_to_prefix})
foreach(name multiprocessing multiprocessing-main)
  configure_file(cmake/${name}.pc.in ${name}.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/${name}.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endforeach()
if(mpi_is_built)
  configure_file(cmake/multiprocessing-mpi.pc.in multiprocessing-mpi.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/multiprocessing-mpi.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig
    COMPONENT mpi)
endif()
