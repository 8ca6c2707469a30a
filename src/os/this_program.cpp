// SPDX-License-Identifier: MIT
#include "os/this_program.hpp"

#include "os/error.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/auxv.h>
#include <unistd.h>

#include <cerrno>

namespace multiprocessing::detail {
namespace {

class FileActions {
 public:
  explicit FileActions(std::span<const int> fds) {
    check(::posix_spawn_file_actions_init(&actions_));
    // To its own number: then it is no longer close-on-exec there.
    for (const int fd : fds) check(::posix_spawn_file_actions_adddup2(&actions_, fd, fd));
  }
  FileActions(const FileActions&) = delete;
  FileActions& operator=(const FileActions&) = delete;
  ~FileActions() { ::posix_spawn_file_actions_destroy(&actions_); }
  const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  static void check(int error) {
    if (error == 0) return;
    errno = error;
    throw_errno("cannot hand a descriptor to a process that is to be spawned");
  }
  posix_spawn_file_actions_t actions_{};
};

}  // namespace

pid_t start_this_program(const std::vector<std::string>& arguments, std::span<const int> fds) {
  const FileActions actions(fds);
  std::vector<char*> pointers;
  for (const std::string& argument : arguments) pointers.push_back(const_cast<char*>(argument.c_str()));
  pointers.push_back(nullptr);
  pid_t pid = 0;
  // The link leads to the program that runs, even if its file has been replaced or deleted.
  const int error = ::posix_spawn(&pid, "/proc/self/exe", actions.get(), nullptr, pointers.data(), ::environ);
  if (error != 0) {
    errno = error;
    throw_errno("cannot start this program once more (/proc/self/exe)");
  }
  return pid;
}

bool has_gained_rights() noexcept { return ::getauxval(AT_SECURE) != 0; }

bool set_close_on_exec(int fd) noexcept { return ::fcntl(fd, F_SETFD, FD_CLOEXEC) == 0; }

}  // namespace multiprocessing::detail
