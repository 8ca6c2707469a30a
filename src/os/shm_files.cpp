// SPDX-License-Identifier: MIT
#include "os/shm_files.hpp"

#include "os/signals.hpp"

#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace multiprocessing::detail {

ShmPath shm_path(const char* name) noexcept {
  ShmPath path{};
  std::memcpy(path.data(), shm_folder, sizeof shm_folder);
  std::strncpy(path.data() + sizeof shm_folder - 1, name, shm_name_bytes - 1);
  return path;
}

int reserve_file(int fd, std::size_t size_bytes) noexcept {
  // An interrupted call begins anew, so under a fast timer of the program it would never end.
  const SignalsBlocked blocked;
  int error = 0;
  do {
    error = ::posix_fallocate(fd, 0, static_cast<off_t>(size_bytes));
  } while (error == EINTR);
  return error;
}

std::uint64_t file_number(int fd) noexcept {
  struct stat status {};
  return ::fstat(fd, &status) == 0 ? status.st_ino : 0;
}

std::optional<std::uint64_t> shm_file_number(const char* name) noexcept {
  struct stat status {};
  const ShmPath path = shm_path(name);
  if (::lstat(path.data(), &status) != 0) return std::nullopt;
  return status.st_ino;
}

int link_shm(const char* from, const char* to) noexcept {
  return ::link(shm_path(from).data(), shm_path(to).data()) == 0 ? 0 : errno;
}

int unlink_shm(const char* name) noexcept { return ::unlink(shm_path(name).data()) == 0 ? 0 : errno; }

std::uint64_t random_number() noexcept {
  std::uint64_t number = 0;
  while (::getrandom(&number, sizeof number, 0) < 0 && errno == EINTR) {
  }
  return number;
}

}  // namespace multiprocessing::detail
