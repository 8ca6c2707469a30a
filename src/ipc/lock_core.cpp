// SPDX-License-Identifier: MIT
#include "ipc/lock_core.hpp"

#include <new>
#include <stdexcept>

namespace multiprocessing::detail {

using Outcome = RobustMutex::Outcome;

LockCore::LockCore(Kind kind) : kind_(kind), words_(new (memory_.data()) Words) {}

LockCore::~LockCore() {
  if (words_->mutex.is_held_here() && is_own()) {
    words_->abandonment = Abandonment::to_be_told;
    words_->mutex.unlock();
  }
  if (words_->mutex.is_held_here()) memory_.stay();
}

void LockCore::note(Outcome outcome) {
  if (kind_ == Kind::recursive) words_->depth = 1;
  Abandonment& abandonment = words_->abandonment;
  if (outcome == Outcome::inherited || abandonment == Abandonment::to_be_told) {
    abandonment = Abandonment::found;
  } else if (abandonment == Abandonment::found) {
    abandonment = Abandonment::none;
  }
}

bool LockCore::acquire(Deadline deadline) {
  const Outcome outcome = words_->mutex.lock(deadline);
  if (outcome == Outcome::timed_out) return false;
  if (outcome != Outcome::own) {
    note(outcome);
  } else if (kind_ == Kind::recursive) {
    ++words_->depth;
  } else {
    throw std::logic_error("this thread holds the Lock already, it would wait for itself: use an RLock");
  }
  return true;
}

void LockCore::release() {
  if (kind_ == Kind::recursive) {
    if (!is_own()) throw std::logic_error("release() of an RLock that this thread does not hold");
    if (--words_->depth != 0) return;
  }
  if (!words_->mutex.unlock()) throw std::logic_error("release() of a Lock that this thread does not hold");
}

// Neither waits nor changes anything: it does not even touch a free mutex, because others may want it at this moment.
bool LockCore::is_own() {
  if (!locked()) return false;
  constexpr Deadline long_ago{};
  const Outcome outcome = words_->mutex.lock(long_ago);
  if (outcome == Outcome::inherited) words_->abandonment = Abandonment::to_be_told;
  if (outcome == Outcome::inherited || outcome == Outcome::locked) words_->mutex.unlock();
  return outcome == Outcome::own;
}

std::uint32_t LockCore::release_all() {
  const std::uint32_t depth = words_->depth;
  words_->mutex.unlock();
  return depth;
}

void LockCore::acquire_again(std::uint32_t depth) {
  note(words_->mutex.lock());
  words_->depth = depth;
}

}  // namespace multiprocessing::detail
