// SPDX-License-Identifier: MIT
#include "shm/name_tracker.hpp"

#include "os/error.hpp"
#include "os/name_watch.hpp"
#include "os/seclusion.hpp"
#include "os/signals.hpp"
#include "os/this_process.hpp"
#include "os/wait.hpp"
#include "shm/name_passage.hpp"

#include <multiprocessing/detail/deadline.hpp>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <span>
#include <system_error>

namespace multiprocessing::detail {

using namespace std::chrono_literals;

void NameTable::enter(std::size_t slot, const std::string& name, std::uint64_t file) noexcept {
  Entry& entry = entries_[slot];
  entry.file = file;
  entry.name = {};
  std::strncpy(entry.name.data(), name.c_str(), entry.name.size() - 1);
  // Release: this process may end at any instruction, and an entry must be whole before it counts.
  entry.holding.store(Holding::own, std::memory_order_release);
}

void NameTable::pass(std::size_t slot, const ProcessIdentity& heir, std::uint64_t passage) noexcept {
  Entry& entry = entries_[slot];
  entry.holding.store(Holding::own, std::memory_order_release);
  entry.heir = heir;
  entry.passage = passage;
  entry.holding.store(Holding::passing, std::memory_order_release);
}

void NameTable::give(std::size_t slot) noexcept {
  entries_[slot].holding.store(Holding::given, std::memory_order_release);
}

void NameTable::keep(std::size_t slot, const ProcessIdentity& heir) noexcept {
  Entry& entry = entries_[slot];
  entry.holding.store(Holding::own, std::memory_order_release);
  entry.heir = heir;
  entry.holding.store(Holding::kept, std::memory_order_release);
}

void NameTable::leave(std::size_t slot) noexcept {
  entries_[slot].holding.store(Holding::nobody, std::memory_order_release);
}

void NameTable::unlink(const Entry& entry) noexcept {
  const auto file = shm_file_number(entry.name.data());
  if (file && (entry.file == 0 || entry.file == *file)) unlink_shm(entry.name.data());
}

// Blocks until the name stops meaning the entry's file (false), or until the heir has ended (true).
bool NameTable::await_heir(const Entry& entry, const char* name) noexcept {
  const auto is_there = [&] { return shm_file_number(name) == entry.file; };
  if (!is_there()) return false;
  const UniqueFd heir = open_process(entry.heir);
  while (heir.get() >= 0 && !wait_readable(std::array{heir.get()}, Clock::now())) {
    const UniqueFd watch = watch_shm(name);
    if (!is_there()) return false;
    // Without a watch (a user may have only few) nothing wakes this process: it looks once a second.
    wait_readable(std::array{heir.get(), watch.get()}, watch.get() >= 0 ? never : deadline_after(1s));
  }
  return is_there();
}

void NameTable::unlink_all() noexcept {
  const std::span entries(entries_, most);
  const auto held = [](const Entry& entry) { return entry.holding.load(std::memory_order_acquire); };
  for (const Entry& entry : entries) {
    if (held(entry) == Holding::own || held(entry) == Holding::passing) unlink(entry);
    if (held(entry) == Holding::passing) end_passage(entry.name.data(), entry.file, entry.passage);
  }
  for (const Entry& entry : entries) {
    if (held(entry) != Holding::given || !await_heir(entry, passage_name(entry.passage).data())) continue;
    end_passage(entry.name.data(), entry.file, entry.passage);
  }
  for (const Entry& entry : entries) {
    if (held(entry) == Holding::kept && await_heir(entry, entry.name.data())) unlink(entry);
  }
}

NameTracker::NameTracker(NameTable& table) {
  const UniqueFd creator = open_pidfd(this_process());
  const UniqueFd creator_execs = exec_watch_.take_far_end();
  pid_t pid = 0;
  {
    const SignalsBlocked blocked;
    pid = fork_process();
    if (pid == 0) run(table, creator.get(), creator_execs.get());
  }
  if (pid < 0) throw_errno("cannot fork the process that looks after names of shared memory");
  try {
    tracker_ = ProcessHandle(pid);
    const std::array<int, 2> fds{ready_.fd(), tracker_.pidfd()};
    if (!wait_readable(fds, deadline_after(30s)) || has_ended()) {
      errno = ECHILD;
      throw_errno("the process that looks after names of shared memory did not start");
    }
  } catch (...) {
    kill_child(pid);
    throw;
  }
}

NameTracker::~NameTracker() {
  if (!quit_.ring()) exec_watch_.cut();
  try {
    if (!tracker_.ends_by(deadline_after(2s))) {
      tracker_.signal(SIGKILL);
      tracker_.ends_by(deadline_after(500ms));
    }
    tracker_.reap();
  } catch (const std::system_error&) {
    // The program has closed the pidfd, and no other can be opened.
  }
}

bool NameTracker::has_ended() const { return !exec_watch_.is_ours() || tracker_.ends_by(Clock::now()); }

// Runs with every signal blocked, as it was forked: no code of the program runs, and only SIGKILL ends it.
void NameTracker::run(NameTable& table, int creator, int creator_execs) noexcept {
  name_process("mp-shm-tracker");
  seclude(std::array{quit_.fd(), ready_.fd(), creator, creator_execs}, table.memory());
  ready_.ring();
  wait_readable(std::array{quit_.fd(), creator, creator_execs}, never);
  // After a quit there are no names.
  table.unlink_all();
  leave_process(0);
}

}  // namespace multiprocessing::detail
