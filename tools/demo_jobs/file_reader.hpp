// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace demo {

// Reads a file piece by piece. Throws std::system_error, whose code is the system's reason.
class FileReader {
 public:
  explicit FileReader(const std::filesystem::path& path);
  FileReader(const FileReader&) = delete;
  FileReader& operator=(const FileReader&) = delete;
  ~FileReader();
  std::string_view next();  // valid until the following call; empty at the end

 private:
  std::string name_;
  std::string piece_;
  int fd_;
};

}  // namespace demo
