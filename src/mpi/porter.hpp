// SPDX-License-Identifier: MIT
#pragma once

#include "mpi/fd.hpp"

#include <sys/types.h>

namespace multiprocessing::mpi::internal {

// Forks an agent for each socket that comes with an order, and buries it. Its process has one thread, and no MPI. It
// ends when `giver`, who gives the orders, says so or has ended: then the agents have two seconds to end by themselves.
void be_porter(Fd orders, pid_t giver);

}  // namespace multiprocessing::mpi::internal
