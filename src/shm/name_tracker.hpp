// SPDX-License-Identifier: MIT
#pragma once

#include "os/event_fd.hpp"
#include "os/exec_watch.hpp"
#include "os/process_handle.hpp"
#include "os/shm_files.hpp"
#include "os/unique_fd.hpp"
#include "shm/mapping.hpp"

#include <sys/types.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>

namespace multiprocessing::detail {

// The names of shared memory that a process has made, in memory that its tracker reads when the process has ended, at
// whatever instruction: an entry is whole before it counts. The process writes under a lock of its own.
class NameTable {
 public:
  static constexpr std::size_t most = 8192;
  // What happens to a name when the process that made it has ended.
  enum class Holding : unsigned char {
    nobody,   // nothing: the entry holds no name
    own,      // it is unlinked at once
    passing,  // it is unlinked at once, and so is the name of its passage, if there is one
    given,    // it stays until the heir unlinks its passage and looks after it, or has ended
    kept,     // it stays until the heir has ended, too
  };

  // file: the tracker unlinks the name only if it still means this file; 0: always, for a name that nobody can guess.
  void enter(std::size_t slot, const std::string& name, std::uint64_t file) noexcept;
  void pass(std::size_t slot, const ProcessIdentity& heir, std::uint64_t passage) noexcept;
  void give(std::size_t slot) noexcept;  // after pass()
  void keep(std::size_t slot, const ProcessIdentity& heir) noexcept;
  void leave(std::size_t slot) noexcept;
  const std::byte* memory() const noexcept { return mapping_.data(); }
  // Called by the tracker, once nobody writes any more. Blocks until the last heir has its names, or has ended.
  void unlink_all() noexcept;

 private:
  struct Entry {
    std::atomic<Holding> holding{Holding::nobody};
    std::uint64_t file = 0;
    std::uint64_t passage = 0;
    ProcessIdentity heir;
    std::array<char, shm_name_bytes> name{};
  };
  static void unlink(const Entry& entry) noexcept;
  static bool await_heir(const Entry& entry, const char* name) noexcept;
  SharedMapping mapping_{most * sizeof(Entry)};
  Entry* const entries_ = reinterpret_cast<Entry*>(mapping_.data());  // zeros are entries that do not count
};

// A child of this process that outlives it for a moment, however it ends (SIGKILL, exec), and then unlinks the names in
// the table. It stays as long as some names are on their way to an heir, or kept for one. The constructor returns when
// the child is ready; the destructor ends it. The child holds no descriptor and no shared memory of the program's, and
// is in a session of its own, so that a fork server that kills what a dead worker left behind does not kill it.
class NameTracker {
 public:
  explicit NameTracker(NameTable& table);  // throws std::system_error
  NameTracker(const NameTracker&) = delete;
  NameTracker& operator=(const NameTracker&) = delete;
  ~NameTracker();
  bool has_ended() const;  // somebody killed it, or closed the descriptor that shows it that its maker lives

 private:
  [[noreturn]] void run(NameTable& table, int creator, int creator_execs) noexcept;

  EventFd quit_;
  EventFd ready_;
  ExecWatch exec_watch_;
  ProcessHandle tracker_;
};

}  // namespace multiprocessing::detail
