// SPDX-License-Identifier: MIT
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

// For programs that close descriptors which they have not opened, and open files in their place.
namespace multiprocessing::tests {

inline std::vector<int> open_descriptors() {
  std::vector<int> open;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    open.push_back(std::stoi(entry.path().filename()));
  }
  std::erase_if(open, [](int fd) { return fcntl(fd, F_GETFD) < 0; });  // that of the iterator
  return open;
}

inline std::vector<int> opened_since(const std::vector<int>& before) {
  std::vector<int> open = open_descriptors();
  std::erase_if(open, [&](int fd) { return std::ranges::find(before, fd) != before.end(); });
  return open;
}

inline void close_all() { syscall(SYS_close_range, 3U, ~0U, 0U); }

// A file of the program's own, which nobody else may touch.
class OwnFile {
 public:
  enum class Kind { file, pipe, eventfd, epoll };
  explicit OwnFile(Kind kind) : kind_(kind) {
    int ends[2] = {-1, -1};
    switch (kind) {
      case Kind::file:
        fd_ = out_of_the_way(memfd_create("own", 0));
        break;
      case Kind::pipe:
        EXPECT_EQ(pipe2(ends, O_NONBLOCK), 0);
        fd_ = out_of_the_way(ends[1]);
        other_ = out_of_the_way(ends[0]);
        break;
      case Kind::eventfd:
        fd_ = out_of_the_way(eventfd(0, EFD_NONBLOCK));
        break;
      case Kind::epoll:
        fd_ = out_of_the_way(epoll_create1(0));
        other_ = out_of_the_way(eventfd(1, 0));
        // An event that is there once, for the first that asks.
        epoll_event event{};
        event.events = EPOLLIN | EPOLLET;
        EXPECT_EQ(epoll_ctl(fd_, EPOLL_CTL_ADD, other_, &event), 0);
        break;
    }
  }
  void take_number(int number) {
    EXPECT_EQ(dup2(fd_, number), number);
    numbers_.push_back(number);
  }
  void expect_to_be_untouched() const {
    for (const int number : numbers_) EXPECT_GE(fcntl(number, F_GETFD), 0) << number;
    char byte = 0;
    eventfd_t count = 0;
    epoll_event event{};
    switch (kind_) {
      case Kind::file:
        EXPECT_EQ(lseek(fd_, 0, SEEK_CUR), 0);
        EXPECT_EQ(lseek(fd_, 0, SEEK_END), 0);
        break;
      case Kind::pipe:
        EXPECT_EQ(read(other_, &byte, 1), -1);
        break;
      case Kind::eventfd:
        EXPECT_EQ(eventfd_read(fd_, &count), -1);
        break;
      case Kind::epoll:
        EXPECT_EQ(epoll_wait(fd_, &event, 1, 0), 1);
        break;
    }
  }

 private:
  static int out_of_the_way(int fd) {
    const int moved = fcntl(fd, F_DUPFD_CLOEXEC, 500);
    close(fd);
    return moved;
  }

  Kind kind_;
  int fd_ = -1;
  int other_ = -1;
  std::vector<int> numbers_;
};

}  // namespace multiprocessing::tests
