// SPDX-License-Identifier: MIT
#include "os/output_file.hpp"

#include "os/error.hpp"
#include "os/unraised.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <ctime>
#include <string>

namespace multiprocessing::detail {
OutputFile::OutputFile(const std::filesystem::path& path) {
  const std::string failed = "cannot write " + path.string();
  // Does not wait for the reader of a pipe, which may have stopped or may never come.
  fd_ = own_fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0666), failed.c_str());
  struct stat status {};
  ::fstat(fd_.get(), &status);
  if (!S_ISREG(status.st_mode)) return;
  // Writes even if the file system cannot lock.
  if (::flock(fd_.get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    errno = EBUSY;
    throw_errno(failed + ", which another writer has open");
  }
  if (::ftruncate(fd_.get(), 0) != 0) throw_errno(failed);
}

int OutputFile::write(std::string_view text) noexcept {
  const Unraised unraised;
  while (!text.empty()) {
    if (!fd_.is_ours()) return EBADF;
    const ssize_t written = ::write(fd_.get(), text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      const int error = errno;
      if (error == EFBIG || error == EPIPE) unraised.take_back();
      return error;
    }
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

// Closing the descriptor would not release the lock: processes that were forked meanwhile have it, too.
void OutputFile::finish() noexcept {
  if (fd_ && fd_.is_ours()) ::flock(fd_.get(), LOCK_UN);
  fd_.reset();
}

}  // namespace multiprocessing::detail
