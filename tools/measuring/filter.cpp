// SPDX-License-Identifier: MIT
#include "filter.hpp"

#include "isolated.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <system_error>

namespace measuring {
namespace {

// A file in memory: unlike a pipe it is never full, and nobody waits at it for somebody who has gone.
class MemoryFile {
 public:
  MemoryFile() : fd_(::memfd_create("filter", MFD_CLOEXEC)) {
    if (fd_ < 0) throw std::system_error(errno, std::generic_category(), "memory for a program's input");
  }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  ~MemoryFile() { ::close(fd_); }

  int fd() const { return fd_; }
  void write(const std::string& text) const {
    if (!write_all(fd_, text)) throw std::system_error(errno, std::generic_category(), "memory for a program's input");
    ::lseek(fd_, 0, SEEK_SET);
  }
  std::string last_line() const {
    char text[4096];
    const off_t size = ::lseek(fd_, 0, SEEK_END);
    const off_t begin = size > static_cast<off_t>(sizeof text) ? size - static_cast<off_t>(sizeof text) : 0;
    const ssize_t count = ::pread(fd_, text, sizeof text, begin);
    std::string all(text, count > 0 ? static_cast<std::size_t>(count) : 0);
    all.erase(all.find_last_not_of(" \n") + 1);
    const std::string line = all.substr(all.rfind('\n') + 1);
    return line.substr(std::min(line.size(), line.find_first_not_of(' ')));
  }

 private:
  int fd_;
};

int execute(std::vector<std::string> command, int input_fd, int output_fd, int error_fd) {
  ::dup2(input_fd, STDIN_FILENO);
  ::dup2(output_fd, STDOUT_FILENO);
  ::dup2(error_fd, STDERR_FILENO);
  std::vector<char*> words;
  for (std::string& word : command) words.push_back(word.data());
  words.push_back(nullptr);
  ::execvp(words[0], words.data());
  write_all(error_fd, std::string("cannot be run: ") + std::strerror(errno));
  return 127;
}

}  // namespace

std::string run_filter(const std::vector<std::string>& command, const std::string& input, std::chrono::seconds limit) {
  const MemoryFile text;
  const MemoryFile errors;
  text.write(input);
  const Isolated result = run_isolated([&](int fd) { return execute(command, text.fd(), fd, errors.fd()); }, limit);
  if (result.failure.empty()) return result.text;
  const std::string complaint = errors.last_line();
  throw std::runtime_error(command[0] + ": " + (complaint.empty() ? result.failure : complaint));
}

}  // namespace measuring
