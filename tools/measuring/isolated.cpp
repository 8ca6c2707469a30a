// SPDX-License-Identifier: MIT
#include "isolated.hpp"

#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <system_error>

namespace measuring {
namespace {

[[noreturn]] void be_child(const std::function<int(int)>& body, int fd, pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(1);
  ::_exit(body(fd));
}

std::string wait_for(pid_t child, std::chrono::seconds limit) {
  pollfd ended{static_cast<int>(::syscall(SYS_pidfd_open, child, 0)), POLLIN, 0};
  const auto milliseconds = static_cast<int>(std::chrono::milliseconds(limit).count());
  const bool in_time = ended.fd < 0 || ::poll(&ended, 1, milliseconds) == 1;
  if (ended.fd >= 0) ::close(ended.fd);
  if (!in_time) ::kill(child, SIGKILL);
  int status = 0;
  ::waitpid(child, &status, 0);
  if (!in_time) return "nothing after " + std::to_string(limit.count()) + " s: given up";
  if (WIFSIGNALED(status)) return std::string("its process was killed: ") + ::strsignal(WTERMSIG(status));
  return WEXITSTATUS(status) == 0 ? "" : "its process ended with exit code " + std::to_string(WEXITSTATUS(status));
}

std::string read_all(int fd) {
  std::string text(static_cast<std::size_t>(::lseek(fd, 0, SEEK_END)), '\0');
  for (std::size_t done = 0; done != text.size();) {
    const ssize_t got = ::pread(fd, text.data() + done, text.size() - done, static_cast<off_t>(done));
    if (got <= 0) return text.substr(0, done);
    done += static_cast<std::size_t>(got);
  }
  return text;
}

}  // namespace

// A file in memory, not a pipe: what the child forks inherits a pipe's end, and its EOF would wait for that, too.
Isolated run_isolated(const std::function<int(int)>& body, std::chrono::seconds limit) {
  const int fd = ::memfd_create("written", 0);
  const pid_t parent = ::getpid();
  const pid_t child = fd < 0 ? -1 : ::fork();
  if (child == 0) be_child(body, fd, parent);
  if (child < 0) throw std::system_error(errno, std::generic_category(), "a process for a measurement");
  const std::string failure = wait_for(child, limit);
  Isolated result{.text = read_all(fd), .failure = failure};
  ::close(fd);
  return result;
}

bool write_all(int fd, const std::string& text) {
  for (std::size_t done = 0; done != text.size();) {
    const ssize_t written = ::write(fd, text.data() + done, text.size() - done);
    if (written <= 0) return false;
    done += static_cast<std::size_t>(written);
  }
  return true;
}

}  // namespace measuring
