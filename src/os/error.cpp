// SPDX-License-Identifier: MIT
#include "os/error.hpp"

#include <cerrno>
#include <system_error>

namespace multiprocessing::detail {

void throw_errno(const std::string& what_failed) {
  const int error = errno;
  throw std::system_error(error, std::system_category(), what_failed);
}

}  // namespace multiprocessing::detail
