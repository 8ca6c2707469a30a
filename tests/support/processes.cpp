// SPDX-License-Identifier: MIT
#include "support/processes.hpp"

#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <system_error>

namespace multiprocessing::tests {
namespace {

struct Status {
  std::string name;
  char state = '?';
  pid_t parent = 0;
};

// Of /proc/PID/stat: "PID (NAME) STATE PARENT …", where NAME may itself hold blanks and brackets.
std::optional<Status> status_of(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string line;
  if (!std::getline(file, line)) return std::nullopt;
  const auto open = line.find('(');
  const auto close = line.rfind(')');
  if (open == std::string::npos || close == std::string::npos) return std::nullopt;
  Status status;
  status.name = line.substr(open + 1, close - open - 1);
  std::istringstream(line.substr(close + 1)) >> status.state >> status.parent;
  return status;
}

bool has_ended(const Status& status) { return status.state == 'Z' || status.state == 'X'; }

// Read before main(): in a chroot, after `unshare(CLONE_NEWNS)`, the link shows the path outside.
const std::filesystem::path this_program = std::filesystem::read_symlink("/proc/self/exe");

}  // namespace

std::vector<pid_t> children_of(pid_t parent) {
  std::vector<pid_t> children;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const std::string name = entry.path().filename();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    const pid_t pid = std::stoi(name);
    const auto status = status_of(pid);
    if (status && status->parent == parent) children.push_back(pid);
  }
  std::sort(children.begin(), children.end());
  return children;
}

bool is_alive(pid_t pid) {
  const auto status = status_of(pid);
  return status && !has_ended(*status);
}

bool ends_within(pid_t pid, std::chrono::milliseconds limit) {
  const int fd = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
  if (fd < 0) {
    if (errno == ESRCH) return true;
    throw std::system_error(errno, std::generic_category(), "pidfd_open of " + std::to_string(pid));
  }
  const auto end = std::chrono::steady_clock::now() + limit;
  pollfd watched{fd, POLLIN, 0};
  int ready = 0;
  do {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    ready = poll(&watched, 1, static_cast<int>(std::max<std::chrono::milliseconds::rep>(left.count(), 0)));
  } while (ready < 0 && errno == EINTR);
  close(fd);
  return ready == 1;
}

std::string describe_process(pid_t pid) {
  const auto status = status_of(pid);
  if (!status) return std::to_string(pid) + " (gone)";
  return std::to_string(pid) + " (" + status->name + ", " + status->state + ")";
}

std::string beside_this_program(const std::string& file) { return this_program.parent_path() / file; }

}  // namespace multiprocessing::tests
