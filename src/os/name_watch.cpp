// SPDX-License-Identifier: MIT
#include "os/name_watch.hpp"

#include "os/shm_files.hpp"

#include <sys/inotify.h>

namespace multiprocessing::detail {

UniqueFd watch_shm(const char* name) noexcept {
  UniqueFd watch(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
  if (watch.get() < 0 || ::inotify_add_watch(watch.get(), shm_path(name).data(), IN_ATTRIB | IN_DELETE_SELF) < 0) {
    return {};
  }
  return watch;
}

}  // namespace multiprocessing::detail
