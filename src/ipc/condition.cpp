// SPDX-License-Identifier: MIT
#include <multiprocessing/condition.hpp>

#include "ipc/event_count.hpp"
#include "ipc/lock_core.hpp"

#include <algorithm>
#include <limits>
#include <new>
#include <stdexcept>
#include <string>

namespace multiprocessing {
namespace detail {

// Notifications are permits. A waiter takes one, under the lock: so a permit that was meant for a process that was
// killed goes to another one. A waiter's ticket says whether it waited before the last notification: only then may it
// take a permit.
class ConditionCore {
 public:
  bool wait(LockCore& lock, Deadline deadline) {
    if (!lock.is_own()) throw std::logic_error("wait() of a Condition whose lock this thread does not hold");
    const std::uint64_t ticket = words_->next_ticket++;
    ++words_->waiting;
    while (true) {
      const std::uint32_t before = words_->notifications.load();
      const std::uint32_t depth = lock.release_all();
      const bool in_time = words_->notifications.wait([&] { return words_->notifications.load() != before; }, deadline);
      lock.acquire_again(depth);
      const bool is_notified = words_->permits != 0 && ticket < words_->notified_before;
      if (is_notified) --words_->permits;
      if (is_notified || !in_time) return --words_->waiting, is_notified;
    }
  }
  void notify(LockCore& lock, std::uint64_t count) {
    if (!lock.is_own()) throw std::logic_error("notify() of a Condition whose lock this thread does not hold");
    words_->permits = std::min(words_->waiting, words_->permits + count);
    words_->notified_before = words_->next_ticket;
    words_->notifications.add();
  }

 private:
  // All but `notifications` are read and written under the lock.
  struct Words {
    EventCount notifications;
    std::uint64_t next_ticket = 0;
    std::uint64_t notified_before = 0;
    std::uint64_t permits = 0;
    std::uint64_t waiting = 0;  // processes killed while they waited are counted for ever
  };
  ArenaBlock memory_{sizeof(Words)};
  Words* const words_ = new (memory_.data()) Words;
};

}  // namespace detail

Condition::Condition() : Condition(RLock()) {}
Condition::Condition(const Lock& lock) : lock_(lock), core_(std::make_shared<detail::ConditionCore>()) {}
Condition::Condition(const RLock& lock) : lock_(lock), core_(std::make_shared<detail::ConditionCore>()) {}

bool Condition::wait_until(detail::Deadline deadline) const { return core_->wait(*lock_.core_, deadline); }
void Condition::notify(int count) const {
  if (count < 1) throw std::invalid_argument("notify() must be of at least 1, not " + std::to_string(count));
  core_->notify(*lock_.core_, static_cast<std::uint64_t>(count));
}
void Condition::notify_all() const { core_->notify(*lock_.core_, std::numeric_limits<std::uint32_t>::max()); }

}  // namespace multiprocessing
