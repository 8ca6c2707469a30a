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

  // From now on the name does not outlive this process: before it is made. Blocks for a fork. Throws std::system_error,
  // EMFILE if there are too many: those that others have unlinked do not count.
  void add(const std::string& name, std::uint64_t file);
  void is_made(const std::string& name, std::uint64_t file) noexcept;  // so where it is not, others have unlinked it
  // Blocks, if it was the last, until the tracker has ended. Of a name that is not here: nothing.
  void remove(const std::string& name, std::uint64_t file) noexcept;

 private:
  struct Place {
    std::size_t slot;
    bool is_made = false;
  };
  explicit TrackedNames(TrackedNames* of_parent) : of_parent_(of_parent) {}
  void forget_unlinked() noexcept;

  const OwnerMark mark_;
  [[maybe_unused]] TrackedNames* const of_parent_;  // never touched
  std::mutex mutex_;
  // By name and file. All under the mutex:
  std::map<std::pair<std::string, std::uint64_t>, Place> places_;
  std::vector<std::size_t> free_slots_;
  std::unique_ptr<NameTable> table_;
  std::unique_ptr<NameTracker> tracker_;
};

}  // namespace multiprocessing::detail
