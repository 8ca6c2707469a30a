// SPDX-License-Identifier: MIT
#pragma once

#include "os/unique_fd.hpp"

namespace multiprocessing::detail {

// A bell that processes forked later can ring, too: readable from the first ring() until drain(). Any thread and
// process; never blocks. The constructor throws std::system_error.
class EventFd {
 public:
  EventFd();
  explicit EventFd(UniqueFd of_another_process) noexcept : fd_(std::move(of_another_process)) {}
  bool ring() const noexcept { return is_ours() && ring(fd_.get()); }  // false: the program has closed it
  void drain() const noexcept {
    if (is_ours()) drain(fd_.get());
  }
  bool is_ours() const noexcept { return fd_.is_ours(); }
  int fd() const noexcept { return fd_.get(); }
  MarkedFd marked() const noexcept { return fd_.marked(); }
  void close() noexcept { fd_.reset(); }  // called in a process that does not use it

  // The same for a descriptor that another object owns.
  static bool ring(int fd) noexcept;  // false: it is no longer a bell
  static void drain(int fd) noexcept;
  // Moves it, if possible, to a number that no file gets which is opened after others were closed.
  static int move_up(int fd) noexcept;

 private:
  UniqueFd fd_;
};

}  // namespace multiprocessing::detail
