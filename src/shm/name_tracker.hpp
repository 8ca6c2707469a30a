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

// The names of shared memory that a process has made, in memory that its tracker reads when the process has ended,
// at whatever instruction: an entry is whole before it counts. The maker writes under a lock of its own.
class NameTable {
 public:
  static constexpr std::size_t most = 8192;
  // How long a name stays after the end of its maker.
  enum class Holding : unsigned char {
    nobody,   // there is no name
    own,      // not at all
    passing,  // not at all; nor does the name of its passage, if there is one
    given,    // until the heir unlinks its passage and looks after it, or has ended
    kept,     // until the heir has ended, too
  };

  // file: the name is looked after as long as it means this file; 0, for an unpredictable name: whatever it means.
  void enter(std::size_t slot, const std::string& name, std::uint64_t file) noexcept;
  void pass(std::size_t slot, const ProcessIdentity& heir, std::uint64_t passage) noexcept;
  void give(std::size_t slot) noexcept;  // after pass()
  void keep(std::size_t slot, const ProcessIdentity& heir) noexcept;
  void leave(std::size_t slot) noexcept;
  const std::byte* memory() const noexcept { return mapping_.data(); }
  // By the tracker, once nobody writes any more. Blocks until the last heir has its names, or has ended.
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
// the table; as long as some are on their way to an heir, or kept for one, it stays. The constructor returns when it is
// on its guard; the destructor ends it. It holds no descriptor and no shared memory of the program's, and is in a
// session of its own: who ends all that a dead worker left behind passes it by.
class NameTracker {
 public:
  explicit NameTracker(NameTable& table);  // throws std::system_error
  NameTracker(const NameTracker&) = delete;
  NameTracker& operator=(const NameTracker&) = delete;
  ~NameTracker();
  bool has_ended() const;  // somebody has killed it, or closed what tells it that its maker lives: then it ends

 private:
  [[noreturn]] void run(NameTable& table, int creator, int creator_execs) noexcept;

  EventFd quit_;
  EventFd ready_;
  ExecWatch exec_watch_;
  ProcessHandle tracker_;
};

}  // namespace multiprocessing::detail
