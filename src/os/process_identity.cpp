// SPDX-License-Identifier: MIT
#include "os/process_identity.hpp"

#include "os/pidfd.hpp"
#include "os/this_process.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <string_view>
#include <system_error>

namespace multiprocessing::detail {
namespace {

// Reads the 22nd field of the process's stat; the second one, its name, may contain blanks and brackets.
std::uint64_t started_ticks_of(pid_t pid) noexcept {
  std::array<char, 32> path{"/proc/"};
  char* const end = std::to_chars(path.data() + 6, path.data() + path.size() - 6, pid).ptr;
  std::string_view("/stat").copy(end, 5);
  const UniqueFd file(::open(path.data(), O_RDONLY | O_CLOEXEC));
  std::array<char, 1024> text{};
  const ssize_t size = ::read(file.get(), text.data(), text.size());
  if (size <= 0) return 0;
  std::string_view stat(text.data(), static_cast<std::size_t>(size));
  stat.remove_prefix(stat.rfind(')') + 1);
  for (int field = 2; field != 21; ++field) stat.remove_prefix(stat.find(' ', 1) + 1);
  std::uint64_t ticks = 0;
  std::from_chars(stat.data(), stat.data() + stat.size(), ticks);
  return ticks;
}

}  // namespace

ProcessIdentity identity_of_this_process() noexcept { return identity_of(this_process()); }

ProcessIdentity identity_of(pid_t pid) noexcept { return {pid, started_ticks_of(pid)}; }

UniqueFd open_process(const ProcessIdentity& process) {
  UniqueFd fd;
  try {
    fd = open_pidfd(process.pid);
  } catch (const std::system_error& error) {
    if (error.code() == std::errc::no_such_process) return {};
    throw;
  }
  // The pidfd is that of the process that has the pid now. It is the process that was meant if both began at the same
  // time.
  if (process.started_ticks != 0 && started_ticks_of(process.pid) != process.started_ticks) return {};
  return fd;
}

}  // namespace multiprocessing::detail
