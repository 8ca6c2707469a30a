// SPDX-License-Identifier: MIT
#pragma once

#include "os/unique_fd.hpp"

#include <filesystem>
#include <string_view>

namespace multiprocessing::detail {

// A file that is written from its beginning to its end, by one writer at a time. All bytes are in the file when write()
// returns: a forked process has no buffer that it could write again.
class OutputFile {
 public:
  // Empties the file. Throws std::system_error with its name; EBUSY if another writer, in any process, has it open.
  explicit OutputFile(const std::filesystem::path& path);
  // Returns 0, or an errno. Raises no SIGXFSZ and no SIGPIPE: they would end the program.
  int write(std::string_view text) noexcept;
  void finish() noexcept;                 // others may write it now
  void leave() noexcept { fd_.reset(); }  // called in a process that has inherited it; the owner keeps it

 private:
  UniqueFd fd_;
};

}  // namespace multiprocessing::detail
