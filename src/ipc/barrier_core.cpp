// SPDX-License-Identifier: MIT
#include "ipc/barrier_core.hpp"

#include <multiprocessing/errors.hpp>

#include "os/bell_poll.hpp"
#include "os/error.hpp"
#include "os/wait.hpp"

#include <array>
#include <new>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>

namespace multiprocessing::detail {
namespace {

constexpr std::chrono::microseconds spin{20};
// Longer than anybody holds the guard, except for an action: no party waits for that beyond its own deadline.
constexpr std::chrono::milliseconds guard_patience{100};

bool has_ended(const UniqueFd& process) {
  const std::array<int, 1> fds{process.get()};
  return process.get() < 0 || wait_readable(fds, Clock::now());
}

// Both count modulo 2^32.
bool is_after(std::uint32_t round, std::uint32_t other) { return static_cast<std::int32_t>(round - other) > 0; }

[[noreturn]] void throw_broken(const std::string& why) { throw BrokenBarrierError("the barrier is broken: " + why); }

int checked_parties(int parties) {
  if (parties < 1) throw std::invalid_argument("a barrier needs at least 1 party, not " + std::to_string(parties));
  return parties;
}

}  // namespace

BarrierCore::BarrierCore(int parties, std::function<void()> action, std::chrono::nanoseconds timeout)
    : parties_(checked_parties(parties)),
      action_(std::move(action)),
      timeout_(timeout),
      memory_(sizeof(Words) + static_cast<std::size_t>(parties) * sizeof(ProcessIdentity)),
      words_(new (memory_.data()) Words),
      arrivals_(reinterpret_cast<ProcessIdentity*>(words_ + 1), static_cast<std::size_t>(parties)) {}

bool BarrierCore::enter(Deadline deadline) {
  const RobustMutex::Outcome outcome = words_->guard.lock(deadline);
  if (outcome == RobustMutex::Outcome::own) {
    throw std::logic_error("a barrier's action may not use the barrier: all others wait for its end");
  }
  if (outcome == RobustMutex::Outcome::inherited) {
    bell_.ring();
    mark(rounds().current, &Rounds::with_broken);
  }
  return outcome != RobustMutex::Outcome::timed_out;
}

BarrierCore::End BarrierCore::end_of(std::uint32_t round) const {
  const Rounds now = rounds();
  if (!now.knows(round)) return is_after(round, words_->last_broken) ? End::passed : End::broken;
  if (now.is_broken(round)) return End::broken;
  return now.current == round ? End::none : End::passed;
}

// False if the round has ended or is broken already.
bool BarrierCore::mark(std::uint32_t round, Rounds (Rounds::*change)() const) {
  std::uint64_t word = words_->rounds.load(std::memory_order_acquire);
  do {
    const Rounds now = Rounds::of(word);
    if (now.current != round || now.is_broken(round)) return false;
  } while (!words_->rounds.compare_exchange_weak(word, (Rounds::of(word).*change)().word(), std::memory_order_acq_rel));
  return true;
}

// Breaks this round, or the current one, whatever its state. A party that holds the guard for long runs an action, and
// has rung, so that all wait for the guard. Or it is stopped, or others acquired the guard first: then this rings
// afterwards, for those that sleep.
void BarrierCore::break_round(std::optional<std::uint32_t> round) {
  const bool is_inside = enter(deadline_after(guard_patience));
  if (is_inside) bell_.ring();
  if (round) {
    mark(*round, &Rounds::with_broken);
  } else {
    while (!mark(rounds().current, &Rounds::with_broken) && !is_broken()) continue;
  }
  if (is_inside) {
    leave();
  } else {
    bell_.ring();
  }
}

int BarrierCore::wait(Deadline deadline) {
  const ProcessIdentity self = identity_of_this_process();
  if (!enter(deadline)) {
    abort();
    throw_broken("not all came in time");
  }
  const std::uint32_t round = rounds().current;
  const std::uint32_t index = words_->arrived;
  ProcessIdentity before;
  try {
    if (is_broken()) {
      bell_.ring();  // the process that broke it may have been killed before it rang
      throw_broken("reset() makes it new");
    }
    if (index != 0) before = arrivals_[index - 1];
    // The last one checks all others: a process that watches a dead one may not have been awake yet.
    const std::size_t looked_at = index + 1 == arrivals_.size() ? index : std::min(index, 1U);
    for (const ProcessIdentity& other : arrivals_.subspan(index - looked_at, looked_at)) {
      if (!has_ended(open_process(other))) continue;
      bell_.ring();
      mark(round, &Rounds::with_broken);
      throw_broken("process " + std::to_string(other.pid) + " has ended while it waited");
    }
    if (index + 1 == arrivals_.size()) {
      pass(round);
    } else {
      arrivals_[index] = self;
      words_->arrived = index + 1;
    }
  } catch (...) {
    leave();
    throw;
  }
  leave();
  if (index + 1 == arrivals_.size()) return static_cast<int>(index);
  try {
    wait_for_end(round, before, deadline);
  } catch (const std::system_error&) {
    break_round(round);  // this party cannot wait without a descriptor: it is gone
    throw;
  }
  return static_cast<int>(index);
}

// Called by the last one to arrive. All others wake up and wait for the guard, and so for the end of this function.
void BarrierCore::pass(std::uint32_t round) {
  bell_.ring();
  try {
    if (action_) action_();
  } catch (...) {
    mark(round, &Rounds::with_broken);
    throw;
  }
  words_->arrived = 0;
  constexpr std::uint32_t long_ago = std::uint32_t{1} << 30;
  if (round - words_->last_broken > long_ago)
    words_->last_broken = round - long_ago;  // else, modulo 2^32, it would seem to be in the future
  if (!mark(round, &Rounds::next)) throw_broken("somebody gave up while the action ran");
}

void BarrierCore::wait_for_end(std::uint32_t round, const ProcessIdentity& before, Deadline deadline) {
  const Deadline spin_end = std::min(deadline, Clock::now() + spin);
  while (end_of(round) == End::none && Clock::now() < spin_end) std::this_thread::yield();

  std::optional<BellPoll> poll;
  UniqueFd watched;
  std::string why = "somebody was killed, came too late, or called abort() or reset()";
  while (end_of(round) == End::none) {
    if (!poll) {
      poll.emplace(bell_);
      if (before.pid != 0) watched = open_process(before);
      if (watched.get() >= 0) poll->watch(watched.get());
    }
    if (!watched.is_ours()) throw_errno("the program has closed a descriptor of the barrier");
    if (before.pid != 0 && has_ended(watched) && end_of(round) == End::none) {
      why = "process " + std::to_string(before.pid) + " has ended while it waited";
      break_round(round);
    } else if (Clock::now() >= deadline) {
      why = "not all came in time";
      break_round(round);
    } else {
      const BellPoll::Woken woken = poll->sleep(deadline);
      if (end_of(round) != End::none) break;
      if (woken == BellPoll::Woken::closed) throw_errno("the program has closed a descriptor of the barrier");
      if (woken == BellPoll::Woken::by_bell && enter(deadline)) leave();
    }
  }
  if (end_of(round) == End::broken) throw_broken(why);
}

void BarrierCore::abort() { break_round({}); }

void BarrierCore::reset() {
  enter(never);
  bell_.ring();
  if (words_->arrived != 0) mark(rounds().current, &Rounds::with_broken);
  words_->arrived = 0;
  if (is_broken()) words_->last_broken = rounds().current;
  words_->rounds.store(rounds().next().word(), std::memory_order_release);
  leave();
}

int BarrierCore::waiting() {
  enter(never);
  const std::uint32_t arrived = is_broken() ? 0 : words_->arrived;
  leave();
  return static_cast<int>(arrived);
}

}  // namespace multiprocessing::detail
