// SPDX-License-Identifier: MIT
#include "process/family.hpp"

#include "os/this_process.hpp"
#include "process/ending_times.hpp"
#include "process/task_context.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <new>
#include <stdexcept>
#include <utility>

namespace multiprocessing::detail {
namespace {

std::atomic<Family*> family = nullptr;

void end_children_at_exit() {
  if (Family* const mine = Family::if_there_is_one()) mine->end_children();
}

// Ends all daemons together, in the same time. Leaves other children alone.
template <class Pointers>
void end_daemons(const Pointers& children) noexcept {
  const auto send = [&children](int signal, std::chrono::milliseconds limit) {
    for (const auto& child : children) {
      if (child->is_daemon() && !child->try_join(Deadline::min())) child->try_send(signal);
    }
    const Deadline deadline = deadline_after(limit);
    for (const auto& child : children) {
      if (child->is_daemon()) child->try_join(deadline);
    }
  };
  send(SIGTERM, time_to_terminate);
  send(SIGKILL, time_to_die);
}

}  // namespace

Family::Family(std::string name, std::string path, bool is_daemon, std::shared_ptr<ProcessState> parent,
               const Family* inherited)
    : name_(std::move(name)),
      path_(std::move(path)),
      is_daemon_(is_daemon),
      parent_(std::move(parent)),
      inherited_(inherited) {}

Family* Family::if_there_is_one() noexcept {
  Family* const known = family.load(std::memory_order_acquire);
  return known != nullptr && known->is_here() ? known : nullptr;
}

Family& Family::of_this_process() {
  if (Family* const mine = if_there_is_one()) return *mine;
  Family* known = family.load(std::memory_order_acquire);
  std::string name = known == nullptr ? "MainProcess" : known->name_;
  std::string path = known == nullptr ? "" : known->path_;
  if (const auto worker = worker_of_this_process()) name = "PoolWorker-" + std::to_string(*worker);
  std::unique_ptr<Family> made(new Family(std::move(name), std::move(path), false, nullptr, known));
  // Another thread may have been first.
  if (family.compare_exchange_strong(known, made.get(), std::memory_order_acq_rel)) return *made.release();
  return *known;
}

void Family::begin(const ProcessState& child, std::string path, std::shared_ptr<ProcessState> parent) {
  const Family* const inherited = family.load(std::memory_order_acquire);
  family.store(new Family(child.name(), std::move(path), child.is_daemon(), std::move(parent), inherited),
               std::memory_order_release);
}

std::string Family::next_path() {
  const std::string number = std::to_string(children_made_.fetch_add(1, std::memory_order_relaxed) + 1);
  return path_.empty() ? number : path_ + ":" + number;
}

void Family::check_is_here(const std::string& name) const {
  if (is_here()) return;
  throw std::logic_error("process '" + name + "' belongs to the process with pid " + std::to_string(mark_.owner()) +
                         ": it cannot be used in another one (here " + std::to_string(this_process()) + ")");
}

void Family::register_end() {
  std::call_once(end_is_registered_, [] {
    if (std::atexit(end_children_at_exit) != 0) throw std::bad_alloc();
  });
}

void Family::add(Children child) noexcept {
  const MutexLock lock(mutex_);
  children_.splice(children_.end(), child);
}

void Family::remove(const ProcessState& child) noexcept {
  Children removed;
  const MutexLock lock(mutex_);
  const auto found = std::ranges::find(children_, &child, [](const auto& one) { return one.get(); });
  if (found != children_.end()) removed.splice(removed.end(), children_, found);
}

std::vector<std::shared_ptr<ProcessState>> Family::active() {
  std::vector<std::shared_ptr<ProcessState>> children;
  {
    const MutexLock lock(mutex_);
    children.assign(children_.begin(), children_.end());
  }
  std::erase_if(children, [](const auto& child) { return !child->is_alive(); });
  return children;
}

void Family::reap_ended() {
  const MutexLock lock(mutex_);
  children_.remove_if([](const auto& child) { return !child->is_alive(); });
}

void Family::end_children() noexcept {
  // Meanwhile other threads may still start children.
  for (;;) {
    Children children;
    {
      const MutexLock lock(mutex_);
      children.swap(children_);
    }
    if (children.empty()) return;
    end_daemons(children);
    for (const auto& child : children) {
      if (!child->is_daemon()) child->try_join(never);
    }
  }
}

void end_daemon(ProcessState& daemon) noexcept { end_daemons(std::array{&daemon}); }

}  // namespace multiprocessing::detail
