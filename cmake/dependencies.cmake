# SPDX-License-Identifier: MIT
find_package(Boost 1.74 REQUIRED)  # headers only: Interprocess for the mapping, Asio for ThreadPool
find_package(cereal REQUIRED)
find_package(Threads REQUIRED)
if(NOT TARGET cereal::cereal)  # before 1.3.1 the target had no namespace
  add_library(cereal::cereal ALIAS cereal)
endif()
