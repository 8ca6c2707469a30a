// SPDX-License-Identifier: MIT
#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <string>
#include <system_error>

#include "support/temporary_folder.hpp"

namespace multiprocessing::tests {

// Events and gates between processes that share nothing but the file system: FIFOs in a folder of their own. A task
// knows them by path().
class NamedFifo {
 public:
  explicit NamedFifo(const std::string& name) : path_(folder_ / name) {
    if (::mkfifo(path_.c_str(), 0600) != 0) throw std::system_error(errno, std::generic_category(), "mkfifo");
  }
  NamedFifo(const NamedFifo&) = delete;
  NamedFifo& operator=(const NamedFifo&) = delete;
  ~NamedFifo() {
    if (fd_ >= 0) ::close(fd_);
  }
  const std::string& path() const { return path_; }

 protected:
  void open() {
    fd_ = ::open(path_.c_str(), O_RDWR | O_CLOEXEC);  // which does not wait for another end
    if (fd_ < 0) throw std::system_error(errno, std::generic_category(), path_);
  }
  int fd() const { return fd_; }

 private:
  TemporaryFolder folder_;
  std::string path_;
  int fd_ = -1;
};

// Something that happens in other processes, perhaps often, and is waited for here. The test's deadline ends a wait
// that is in vain.
class NamedEvents : public NamedFifo {
 public:
  NamedEvents() : NamedFifo("events") { open(); }
  void wait_for(int times) const {
    for (char each = 0; times != 0; --times) {
      while (::read(fd(), &each, 1) != 1) continue;
    }
  }
  static void happen(const std::string& path) {
    const int fd = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
    if (::write(fd, "x", 1) != 1) throw std::system_error(errno, std::generic_category(), path);
    ::close(fd);
  }
};

// Who passes waits until it is open.
class NamedGate : public NamedFifo {
 public:
  NamedGate() : NamedFifo("gate") {}
  using NamedFifo::open;
  static void pass(const std::string& path) {
    int fd = -1;
    while ((fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC)) < 0 && errno == EINTR) continue;
    ::close(fd);
  }
};

}  // namespace multiprocessing::tests
