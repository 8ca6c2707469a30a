// SPDX-License-Identifier: MIT
#include "isolated.hpp"

#include <multiprocessing/errors.hpp>

#include <poll.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <exception>
#include <sstream>
#include <system_error>

namespace bench {
namespace {

Row not_measured(const Figure& figure, std::string reason) {
  std::replace(reason.begin(), reason.end(), '\n', ' ');
  Row row;
  row.figure = figure.name;
  row.subject = figure.subject;
  row.note = std::move(reason);
  return row;
}

void write_all(int fd, const std::string& text) {
  for (std::size_t done = 0; done != text.size();) {
    const ssize_t written = ::write(fd, text.data() + done, text.size() - done);
    if (written <= 0) return;
    done += static_cast<std::size_t>(written);
  }
}

std::string read_all(int fd) {
  std::string text(static_cast<std::size_t>(::lseek(fd, 0, SEEK_END)), '\0');
  ::lseek(fd, 0, SEEK_SET);
  text.resize(static_cast<std::size_t>(std::max<ssize_t>(::read(fd, text.data(), text.size()), 0)));
  return text;
}

[[noreturn]] void be_child(const Figure& figure, const Setting& setting, int fd) {
  std::vector<Row> rows;
  try {
    rows = figure.measure(setting);
  } catch (...) {
    rows.push_back(not_measured(figure, multiprocessing::describe(std::current_exception())));
  }
  std::string text;
  for (Row& row : rows) {
    row.figure = figure.name;
    text += to_line(row) + '\n';
  }
  write_all(fd, text);
  ::_exit(0);
}

// "" if it ended by itself, and orderly.
std::string wait_for(pid_t child, std::chrono::seconds limit) {
  pollfd ended{static_cast<int>(::syscall(SYS_pidfd_open, child, 0)), POLLIN, 0};
  const auto milliseconds = static_cast<int>(std::chrono::milliseconds(limit).count());
  const bool in_time = ended.fd < 0 || ::poll(&ended, 1, milliseconds) == 1;
  if (ended.fd >= 0) ::close(ended.fd);
  if (!in_time) ::kill(child, SIGKILL);
  int status = 0;
  ::waitpid(child, &status, 0);
  if (!in_time) return "no figure after " + std::to_string(limit.count()) + " s: given up";
  if (WIFSIGNALED(status)) return std::string("its process was killed: ") + ::strsignal(WTERMSIG(status));
  return WEXITSTATUS(status) == 0 ? "" : "its process ended with exit code " + std::to_string(WEXITSTATUS(status));
}

}  // namespace

// A file in memory, not a pipe: the pool's processes inherit a pipe's end, and its EOF would wait for them.
std::vector<Row> measure_isolated(const Figure& figure, const Setting& setting, std::chrono::seconds limit) {
  const int fd = ::memfd_create("rows", MFD_CLOEXEC);
  const pid_t child = fd < 0 ? -1 : ::fork();
  if (child == 0) be_child(figure, setting, fd);
  if (child < 0) throw std::system_error(errno, std::generic_category(), "a process for a measurement");
  const std::string trouble = wait_for(child, limit);
  std::istringstream lines(read_all(fd));
  ::close(fd);
  if (!trouble.empty()) return {not_measured(figure, trouble)};
  std::vector<Row> rows;
  for (std::string line; std::getline(lines, line);) rows.push_back(from_line(line));
  return rows;
}

}  // namespace bench
