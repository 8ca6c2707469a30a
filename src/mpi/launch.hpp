// SPDX-License-Identifier: MIT
#pragma once

#include <string>

namespace multiprocessing::mpi::internal {

// What the launcher has put into the environment: all that is known before MPI_Init.
struct Launch {
  int rank = 0;
  int size = 1;              // 1: by no launcher, or alone
  bool shares_host = false;  // there are several ranks on this host
};
const Launch& launch();  // as it was at the first call

std::string name_of_this_host();  // with the rank, if others have the same host

// Throws std::logic_error if several copies of the program were started that do not know of each other. Warns on
// stderr, once, if a batch job has several hosts and the program was started on one.
void check_launch();

}  // namespace multiprocessing::mpi::internal
