// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <string>

namespace multiprocessing::tests {

// In a worker on a host: the agent of that host. All that it has forked has its command line; the outermost is it.
inline pid_t agent_of_this_worker() {
  const auto is_of_agent = [](pid_t pid) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/cmdline");
    std::stringstream text;
    text << file.rdbuf();
    return text.str().find("--multiprocessing-agent=") != std::string::npos;
  };
  const auto parent_of = [](pid_t pid) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
    std::string line;
    std::getline(file, line);
    char state = '?';
    pid_t parent = 0;
    std::istringstream(line.substr(line.rfind(')') + 1)) >> state >> parent;
    return parent;
  };
  pid_t agent = getpid();
  for (pid_t next = agent; is_of_agent(next); next = parent_of(next)) agent = next;
  return agent;
}

}  // namespace multiprocessing::tests
