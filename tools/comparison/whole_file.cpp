// SPDX-License-Identifier: MIT
#include "whole_file.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <stdexcept>

namespace compare {

void write_whole(const std::string& path, const std::string& text) {
  errno = 0;
  std::ofstream file(path, std::ios::binary);
  file << text;
  file.close();  // only now does a full disk show
  if (!file) throw std::runtime_error(path + " could not be written: " + std::strerror(errno == 0 ? EIO : errno));
}

}  // namespace compare
