// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

namespace multiprocessing::detail {

// Distinguishes the process that made it from every process that was forked from it later, without a system call and
// for every kind of fork: its byte is in a page that the kernel wipes in a child. (A pid can be used again, so it
// cannot tell.) The constructor throws std::system_error. The destructor unmaps this process's copy of the page.
class OwnerMark {
 public:
  OwnerMark();
  OwnerMark(const OwnerMark&) = delete;
  OwnerMark& operator=(const OwnerMark&) = delete;
  ~OwnerMark();

  bool inherited() const noexcept { return *mark_ == 0; }
  pid_t owner() const noexcept { return owner_; }

 private:
  const unsigned char* mark_;
  pid_t owner_;
};

}  // namespace multiprocessing::detail
