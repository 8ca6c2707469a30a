// SPDX-License-Identifier: MIT
#include "os/output_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <string>

namespace multiprocessing::detail {

OutputFile::OutputFile(const std::filesystem::path& path)
    : fd_(own_fd(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY, 0666),
                 ("cannot write " + path.string()).c_str())) {}

int OutputFile::write(std::string_view text) noexcept {
  while (!text.empty()) {
    const ssize_t written = ::write(fd_.get(), text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

}  // namespace multiprocessing::detail
