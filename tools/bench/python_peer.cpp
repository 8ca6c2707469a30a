// SPDX-License-Identifier: MIT
#include "python_peer.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <stdexcept>

namespace bench {

PythonPeer::PythonPeer(const std::vector<std::string>& arguments, std::size_t items) : items_(items) {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    throw std::runtime_error("no socket for python3");
  std::vector<const char*> command{"python3", BENCH_FOLDER "/python_peer.py"};
  for (const std::string& argument : arguments) command.push_back(argument.c_str());
  command.push_back(nullptr);
  child_ = ::fork();
  if (child_ == 0) {
    ::dup2(ends[1], STDIN_FILENO);
    ::dup2(ends[1], STDOUT_FILENO);
    ::dup2(::open("/dev/null", O_WRONLY | O_CLOEXEC), STDERR_FILENO);
    ::execvp(command[0], const_cast<char* const*>(command.data()));
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

Row PythonPeer::compared(Row row, std::size_t samples, const Sampler& ours) {
  if (there_) {
    compare(row, samples, ours, [this] { return seconds() / static_cast<double>(items_); });
  } else {
    row.note = "there is no python3 here whose multiprocessing works";
  }
  return row;
}

double PythonPeer::seconds() {
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
