// SPDX-License-Identifier: MIT
#include "file_reader.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace demo {
namespace {

constexpr std::size_t piece_bytes = 64 * 1024;

}  // namespace

// O_NONBLOCK: the file may have become a FIFO since it was found, and opening that would wait for a writer.
FileReader::FileReader(const std::filesystem::path& path)
    : name_(path.string()), piece_(piece_bytes, '\0'), fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {
  if (fd_ < 0) throw std::system_error(errno, std::generic_category(), name_);
}

FileReader::~FileReader() { ::close(fd_); }

std::string_view FileReader::next() {
  ssize_t got = 0;
  do {
    got = ::read(fd_, piece_.data(), piece_.size());
  } while (got < 0 && errno == EINTR);
  if (got < 0) throw std::system_error(errno, std::generic_category(), name_);
  return std::string_view(piece_).substr(0, static_cast<std::size_t>(got));
}

}  // namespace demo
