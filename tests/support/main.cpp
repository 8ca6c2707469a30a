// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>
#include <multiprocessing/init.hpp>

#include <cstdlib>

#include "support/deadline.hpp"
#include "support/init_process.hpp"
#include "support/leftovers.hpp"

int main(int argc, char** argv) {
  multiprocessing::init(argc, argv);
  ::testing::InitGoogleTest(&argc, argv);
  if (GTEST_FLAG_GET(list_tests)) return RUN_ALL_TESTS();
  // The pools of an Open MPI job belong to the process that was launched, and so do processes that stay.
  const bool is_launched = std::getenv("OMPI_COMM_WORLD_SIZE") != nullptr;
  if (!is_launched) multiprocessing::tests::run_below_own_init();
  multiprocessing::tests::start_watchdog();
  if (!is_launched) multiprocessing::tests::watch_leftovers();
  return RUN_ALL_TESTS();
}
