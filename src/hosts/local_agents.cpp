// SPDX-License-Identifier: MIT
#include <multiprocessing/detail/host_pool.hpp>

#include "hosts/agent_option.hpp"
#include "os/stream_socket.hpp"
#include "os/this_process.hpp"
#include "os/this_program.hpp"
#include "process/program_name.hpp"

#include <array>
#include <stdexcept>
#include <string>

namespace multiprocessing::detail {

std::vector<HostConnection> start_local_agents(int hosts) {
  if (program_name() == nullptr) {
    throw std::logic_error(
        "agents are new processes of this program, and its main() must not run there: make "
        "multiprocessing::init(argc, argv) the first line of main(), or link the CMake target multiprocessing::main");
  }
  std::vector<HostConnection> connections;
  connections.reserve(static_cast<std::size_t>(hosts));
  try {
    for (int number = 1; number <= hosts; ++number) {
      auto [here, there] = stream_sockets();
      const std::array fds{there.get()};
      const std::string order = agent_option + std::to_string(there.get()) + ":host" + std::to_string(number);
      const pid_t child = start_this_program({*program_name(), order}, fds);
      connections.push_back({here.release().number, child});
    }
  } catch (...) {
    for (const HostConnection& connection : connections) {
      UniqueFd(connection.socket).reset();
      kill_child(connection.child);
    }
    throw;
  }
  return connections;
}

}  // namespace multiprocessing::detail
