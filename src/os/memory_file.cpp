// SPDX-License-Identifier: MIT
#include "os/memory_file.hpp"

#include "os/error.hpp"
#include "os/unraised.hpp"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>

namespace multiprocessing::detail {

UniqueFd make_memory_file(std::size_t size_bytes) {
  UniqueFd file = own_fd(::memfd_create("multiprocessing", MFD_CLOEXEC), "cannot make a file in memory (memfd_create)");
  const Unraised unraised;  // a limit of the size of files (ulimit -f) holds for it, too
  if (::ftruncate(file.get(), static_cast<off_t>(size_bytes)) != 0) {
    unraised.take_back();
    throw_errno("cannot map " + std::to_string(size_bytes) + " bytes of shared memory from a file in memory");
  }
  return file;
}

void cut_file(int fd, std::size_t size_bytes) {
  const auto end = static_cast<off_t>(size_bytes);
  if (::ftruncate(fd, end) != 0 || ::lseek(fd, end, SEEK_SET) != end) throw_errno("cannot cut a file in memory");
}

std::size_t size_of_file(int fd) {
  struct stat status {};
  if (::fstat(fd, &status) != 0) throw_errno("cannot ask for the size of a file in memory");
  return static_cast<std::size_t>(status.st_size);
}

void write_to_file(int fd, const std::byte* data, std::size_t size_bytes) {
  while (size_bytes != 0) {
    const ssize_t written = ::write(fd, data, size_bytes);
    if (written < 0 && errno != EINTR) throw_errno("cannot write to a file in memory");
    if (written <= 0) continue;
    data += written;
    size_bytes -= static_cast<std::size_t>(written);
  }
}

bool read_from_file(int fd, std::byte* data, std::size_t size_bytes, std::size_t from_byte) {
  while (size_bytes != 0) {
    const ssize_t got = ::pread(fd, data, size_bytes, static_cast<off_t>(from_byte));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    data += got;
    size_bytes -= static_cast<std::size_t>(got);
    from_byte += static_cast<std::size_t>(got);
  }
  return true;
}

}  // namespace multiprocessing::detail
