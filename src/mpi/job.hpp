// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/host_pool.hpp>

#include <vector>

namespace multiprocessing::mpi::internal {

// The processes of an Open MPI job: init() makes them. With one rank there are none.
//
//   rank 0:     program ── courier (MPI)          rank 1 …:   porter ── courier (MPI)
//                  └────── porter ── agents                     └────── agents
//
// The program is the process that was launched; on other ranks that one is the porter, and main() does not go on.
// Sockets of an agent lead to the program on its own host, to the courier on others.

// A connection to a new agent on each host, by rank. Any thread may call it. std::logic_error if this process is not
// the program, or init() was not called; BrokenPool if MPI did not start.
std::vector<detail::HostConnection> connect_hosts();

}  // namespace multiprocessing::mpi::internal
