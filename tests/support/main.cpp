// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>
#include <multiprocessing/init.hpp>

#include "support/deadline.hpp"
#include "support/init_process.hpp"
#include "support/leftovers.hpp"

int main(int argc, char** argv) {
  multiprocessing::init(argc, argv);
  ::testing::InitGoogleTest(&argc, argv);
  if (GTEST_FLAG_GET(list_tests)) return RUN_ALL_TESTS();
  multiprocessing::tests::run_below_own_init();
  multiprocessing::tests::start_watchdog();
  multiprocessing::tests::watch_leftovers();
  return RUN_ALL_TESTS();
}
