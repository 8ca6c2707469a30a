// SPDX-License-Identifier: MIT
#pragma once

#include "os/unique_fd.hpp"

#include <filesystem>
#include <string_view>

namespace multiprocessing::detail {

// A file that is written from its beginning to its end. What is written is in the file when write() returns: a process
// that is forked has nothing that it could write again.
class OutputFile {
 public:
  explicit OutputFile(const std::filesystem::path& path);  // empties it; std::system_error names it
  int write(std::string_view text) noexcept;               // 0, or errno
  void close() noexcept { fd_.reset(); }

 private:
  UniqueFd fd_;
};

}  // namespace multiprocessing::detail
