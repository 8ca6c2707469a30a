// SPDX-License-Identifier: MIT
#pragma once

#include "os/mutex.hpp"
#include "os/owner_mark.hpp"
#include "shm/name_passage.hpp"
#include "shm/name_tracker.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace multiprocessing::detail {

// The names that this process has made or was given, and has not unlinked. A tracker runs as long as there are any. Any
// thread.
class TrackedNames {
 public:
  // A forked process has its own, and never waits for a lock that another thread held at the fork.
  static TrackedNames& of_this_process();

  // From now on the name does not outlive this process. Called before the name is made. Blocks for a fork. Throws
  // std::system_error; EMFILE if there are too many names, not counting those that others have unlinked.
  void add(const std::string& name, std::uint64_t file);
  void is_made(const std::string& name, std::uint64_t file) noexcept;  // if it is missing later, others unlinked it
  // Blocks until the tracker has ended if this was the last name. Does nothing for an unknown name.
  void remove(const std::string& name, std::uint64_t file) noexcept;

  // Gives a name away, in two steps. In between the caller tells the heir of the passage, so that the heir knows of
  // every passage that exists. At whatever moment this process dies, its tracker or the heir looks after the name.
  // begin_passage() returns 0 if this process may not give the name.
  std::uint64_t begin_passage(const std::string& name, std::uint64_t file, const ProcessIdentity& heir) noexcept;
  int give(const NamePassage& passage) noexcept;  // 0, or an errno: then the name is not given
  // Called by the heir. False if there is nothing to take. If it throws what add() throws, the name is unlinked.
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
  // Compares without a copy of the name: most look-ups must not fail.
  struct Less {
    using is_transparent = void;
    bool operator()(const auto& a, const auto& b) const noexcept { return KeyView(a) < KeyView(b); }
  };
  // The entry of a name that is this process's own, if the heir is another process; else null.
  Entry* own_entry(const std::string& name, std::uint64_t file, const ProcessIdentity& heir) noexcept
      MULTIPROCESSING_REQUIRES(mutex_);
  bool is_over(const Key& key, const Entry& entry) const noexcept;
  explicit TrackedNames(TrackedNames* of_parent) : of_parent_(of_parent) {}
  void forget_unlinked() noexcept MULTIPROCESSING_REQUIRES(mutex_);

  const OwnerMark mark_;
  [[maybe_unused]] TrackedNames* const of_parent_;  // never touched
  Mutex mutex_;
  std::map<Key, Entry, Less> entries_ MULTIPROCESSING_GUARDED_BY(mutex_);  // by name and file
  std::vector<std::size_t> free_slots_ MULTIPROCESSING_GUARDED_BY(mutex_);
  std::unique_ptr<NameTable> table_ MULTIPROCESSING_GUARDED_BY(mutex_);
  std::unique_ptr<NameTracker> tracker_ MULTIPROCESSING_GUARDED_BY(mutex_);
};

}  // namespace multiprocessing::detail
