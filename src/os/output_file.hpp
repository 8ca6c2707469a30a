// SPDX-License-Identifier: MIT
#pragma once

#include "os/unique_fd.hpp"

#include <filesystem>
#include <string_view>

namespace multiprocessing::detail {

// A file that is written from its beginning to its end, by one at a time. What is written is in the file when write()
// returns: a process that is forked has nothing that it could write again.
class OutputFile {
 public:
  // Empties it. std::system_error names it: EBUSY if another one, of any process, writes it.
  explicit OutputFile(const std::filesystem::path& path);
  // 0, or errno. Raises no SIGXFSZ and no SIGPIPE: they would end the program.
  int write(std::string_view text) noexcept;
  void finish() noexcept;                 // others may write it now
  void leave() noexcept { fd_.reset(); }  // in a process that has inherited it: it stays its owner's

 private:
  UniqueFd fd_;
};

}  // namespace multiprocessing::detail
