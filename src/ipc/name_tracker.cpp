// SPDX-License-Identifier: MIT
#include "ipc/name_tracker.hpp"

#include "os/error.hpp"
#include "os/pidfd.hpp"
#include "os/seclusion.hpp"
#include "os/signals.hpp"
#include "os/this_process.hpp"
#include "os/wait.hpp"

#include <multiprocessing/detail/deadline.hpp>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <span>

namespace multiprocessing::detail {

using namespace std::chrono_literals;

void NameTable::enter(std::size_t slot, const std::string& name, std::uint64_t file) noexcept {
  Entry& entry = entries_[slot];
  entry.file = file;
  entry.name = {};
  std::strncpy(entry.name.data(), name.c_str(), entry.name.size() - 1);
  // Release: this process may end at any instruction, and then the entry is whole or does not count.
  entry.counts.store(true, std::memory_order_release);
}

void NameTable::leave(std::size_t slot) noexcept { entries_[slot].counts.store(false, std::memory_order_release); }

void NameTable::unlink_all() noexcept {
  for (Entry& entry : std::span(entries_, most)) {
    if (!entry.counts.load(std::memory_order_acquire)) continue;
    const auto file = shm_file_number(entry.name.data());
    if (file && (entry.file == 0 || entry.file == *file)) unlink_shm(entry.name.data());
  }
}

NameTracker::NameTracker(NameTable& table) {
  const UniqueFd creator = open_pidfd(this_process());
  const UniqueFd creator_execs = exec_watch_.take_far_end();
  {
    const SignalsBlocked blocked;
    pid_ = fork_process();
    if (pid_ == 0) run(table, creator.get(), creator_execs.get());
  }
  if (pid_ < 0) throw_errno("cannot fork the process that looks after names of shared memory");
  try {
    tracker_ = open_pidfd(pid_);
    const std::array<int, 2> fds{ready_.fd(), tracker_.get()};
    if (!wait_readable(fds, deadline_after(30s)) || has_ended()) {
      errno = ECHILD;
      throw_errno("the process that looks after names of shared memory did not start");
    }
  } catch (...) {
    kill_child(pid_);
    throw;
  }
}

NameTracker::~NameTracker() {
  quit_.ring();
  const std::array<int, 1> fds{tracker_.get()};
  if (!wait_readable(fds, deadline_after(2s))) {
    signal_pidfd(tracker_.get(), SIGKILL);
    wait_readable(fds, deadline_after(500ms));
  }
  reap_pidfd(tracker_.get());
}

bool NameTracker::has_ended() const {
  const std::array<int, 1> fds{tracker_.get()};
  return wait_readable(fds, Clock::now());
}

// With every signal blocked, as it was forked: nothing of the program's runs, and only SIGKILL ends it.
void NameTracker::run(NameTable& table, int creator, int creator_execs) noexcept {
  name_process("mp-shm-tracker");
  seclude(std::array{quit_.fd(), ready_.fd(), creator, creator_execs}, table.memory());
  ready_.ring();
  wait_readable(std::array{quit_.fd(), creator, creator_execs}, never);
  // After a quit there are none.
  table.unlink_all();
  leave_process(0);
}

}  // namespace multiprocessing::detail
