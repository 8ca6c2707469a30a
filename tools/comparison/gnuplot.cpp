// SPDX-License-Identifier: MIT
#include "gnuplot.hpp"

#include "isolated.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <stdexcept>
#include <system_error>

namespace compare {
namespace {

constexpr std::chrono::seconds longest_drawing{60};

// A file in memory: unlike a pipe it is never full, and nobody waits at it for somebody who has gone.
class MemoryFile {
 public:
  MemoryFile() : fd_(::memfd_create("gnuplot", MFD_CLOEXEC)) {
    if (fd_ < 0) throw std::system_error(errno, std::generic_category(), "memory for gnuplot");
  }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  ~MemoryFile() { ::close(fd_); }

  int fd() const { return fd_; }
  void write(const std::string& text) const {
    if (!tools::write_all(fd_, text)) throw std::system_error(errno, std::generic_category(), "memory for gnuplot");
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

int execute(int input_fd, int output_fd, int error_fd) {
  ::dup2(input_fd, STDIN_FILENO);
  ::dup2(output_fd, STDOUT_FILENO);
  ::dup2(error_fd, STDERR_FILENO);
  ::execlp("gnuplot", "gnuplot", "-d", nullptr);  // -d: without the user's own settings
  const std::string complaint = std::string("cannot be run: ") + std::strerror(errno);
  tools::write_all(error_fd, complaint);
  return 127;
}

}  // namespace

std::string run_gnuplot(const std::string& script) {
  const MemoryFile input;
  const MemoryFile errors;
  input.write(script);
  const tools::Isolated result =
      tools::run_isolated([&](int fd) { return execute(input.fd(), fd, errors.fd()); }, longest_drawing);
  if (result.failure.empty()) return result.text;
  const std::string complaint = errors.last_line();
  throw std::runtime_error("gnuplot: " + (complaint.empty() ? result.failure : complaint));
}

}  // namespace compare
