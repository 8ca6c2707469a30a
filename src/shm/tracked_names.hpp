// SPDX-License-Identifier: MIT
#pragma once

#include "os/owner_mark.hpp"
#include "shm/name_passage.hpp"
#include "shm/name_tracker.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace multiprocessing::detail {

// The names that this process has made, or was given, and not unlinked. A tracker runs as long as there are any. Any
// thread.
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

  // Gives a name away, in two steps. In between the caller tells the heir of the passage, so that the heir knows of
  // every passage that exists. At whatever moment this process dies, its tracker or the heir looks after the name.
  // Returns 0 if the name is not this process's to give.
  std::uint64_t begin_passage(const std::string& name, std::uint64_t file, const ProcessIdentity& heir) noexcept;
  int give(const NamePassage& passage) noexcept;  // 0, or the error: then the name is not given
  // The heir's part. False: there is nothing to take. Throws what add() throws, and then the name is unlinked.
  bool take(const NamePassage& passage);
  // Unlinks and removes a name, if it is this process's.
  void drop(const std::string& name, std::uint64_t file) noexcept;
  // The name stays until `heir` has ended, too: somebody may need it.
  void keep_for(const std::string& name, std::uint64_t file, const ProcessIdentity& heir) noexcept;

 private:
  struct Entry {
    std::size_t slot;
    bool is_made = false;
    std::uint64_t passage = 0;  // not 0: the name is given away
  };
  using Key = std::pair<std::string, std::uint64_t>;
  using KeyView = std::pair<std::string_view, std::uint64_t>;
  // Compares without a copy of the name: most who look for one must not fail.
  struct Less {
    using is_transparent = void;
    bool operator()(const auto& a, const auto& b) const noexcept { return KeyView(a) < KeyView(b); }
  };
  // The place of a name that is this process's own, if the heir is another process; else null.
  Entry* own_entry(const std::string& name, std::uint64_t file, const ProcessIdentity& heir) noexcept;
  bool is_over(const Key& key, const Entry& entry) const noexcept;
  explicit TrackedNames(TrackedNames* of_parent) : of_parent_(of_parent) {}
  void forget_unlinked() noexcept;

  const OwnerMark mark_;
  [[maybe_unused]] TrackedNames* const of_parent_;  // never touched
  std::mutex mutex_;
  // By name and file. All under the mutex:
  std::map<Key, Entry, Less> entries_;
  std::vector<std::size_t> free_slots_;
  std::unique_ptr<NameTable> table_;
  std::unique_ptr<NameTracker> tracker_;
};

}  // namespace multiprocessing::detail
