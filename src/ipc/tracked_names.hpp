// SPDX-License-Identifier: MIT
#pragma once

#include "ipc/name_tracker.hpp"
#include "os/owner_mark.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace multiprocessing::detail {

// The names that this process has made and not unlinked. A tracker runs as long as there are any. Any thread.
class TrackedNames {
 public:
  // A process that was forked has its own, and never asks for a lock that somebody held at the fork.
  static TrackedNames& of_this_process();

  // From now on the name does not outlive this process: before it is made. Throws std::system_error. Blocks for a fork.
  void add(const std::string& name, std::uint64_t file);
  // Blocks, if it was the last, until the tracker has ended. Of a name that is not here: nothing.
  void remove(const std::string& name, std::uint64_t file) noexcept;

 private:
  explicit TrackedNames(TrackedNames* of_parent) : of_parent_(of_parent) {}

  const OwnerMark mark_;
  [[maybe_unused]] TrackedNames* const of_parent_;  // never touched
  std::mutex mutex_;
  // By name and file. All under the mutex:
  std::map<std::pair<std::string, std::uint64_t>, std::size_t> slots_;
  std::vector<std::size_t> free_slots_;
  std::unique_ptr<NameTable> table_;
  std::unique_ptr<NameTracker> tracker_;
};

}  // namespace multiprocessing::detail
