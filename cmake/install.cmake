# SPDX-License-Identifier: MIT
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/multiprocessing)

install(TARGETS multiprocessing multiprocessing_main EXPORT multiprocessing FILE_SET HEADERS)
install(FILES include/multiprocessing/README.md DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/multiprocessing)  # the guide
install(EXPORT multiprocessing NAMESPACE multiprocessing:: FILE multiprocessingTargets.cmake DESTINATION ${package_dir})

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
