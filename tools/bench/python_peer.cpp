// SPDX-License-Identifier: MIT
#include "python_peer.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <stdexcept>
#include <string>

namespace bench {

PythonPeer::PythonPeer(int workers, int items) {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    throw std::runtime_error("no socket for python3");
  const std::string script = BENCH_FOLDER "/python_pool.py";
  const std::string workers_text = std::to_string(workers);
  const std::string items_text = std::to_string(items);
  child_ = ::fork();
  if (child_ == 0) {
    ::dup2(ends[1], STDIN_FILENO);
    ::dup2(ends[1], STDOUT_FILENO);
    ::dup2(::open("/dev/null", O_WRONLY | O_CLOEXEC), STDERR_FILENO);
    ::execlp("python3", "python3", script.c_str(), workers_text.c_str(), items_text.c_str(), nullptr);
    ::_exit(127);
  }
  ::close(ends[1]);
  socket_ = ends[0];
  there_ = child_ > 0 && answer().has_value();
}

// The script ends when its standard input does.
PythonPeer::~PythonPeer() {
  ::close(socket_);
  if (child_ > 0) ::waitpid(child_, nullptr, 0);
}

double PythonPeer::map_seconds() {
  const bool asked = ::send(socket_, "\n", 1, MSG_NOSIGNAL) == 1;
  const std::optional<double> time = asked ? answer() : std::nullopt;
  if (!time) throw std::runtime_error("python3 ended in the middle of the measurement");
  return *time;
}

std::optional<double> PythonPeer::answer() {
  std::string line;
  for (char c = '\0'; ::read(socket_, &c, 1) == 1;) {
    if (c == '\n') return std::strtod(line.c_str(), nullptr);
    line += c;
  }
  return std::nullopt;
}

}  // namespace bench
