// SPDX-License-Identifier: MIT
#include <multiprocessing/event.hpp>

#include "ipc/event_count.hpp"
#include "ipc/held_mutex.hpp"
#include "shm/arena.hpp"

#include <new>

namespace multiprocessing {
namespace detail {

// The event is set while the number is odd. So a waiter sees that it was set meanwhile, even if it was cleared at once.
class EventCore {
 public:
  bool is_set() const { return is_set(words_->changes.load()); }
  void set() { change(true); }
  void clear() { change(false); }
  bool wait(Deadline deadline) {
    const std::uint32_t before = words_->changes.load();
    const auto was_set = [&] { return is_set(before) || words_->changes.load() != before; };
    return words_->changes.wait(was_set, deadline);
  }

 private:
  struct Words {
    RobustMutex changers;
    EventCount changes;
  };
  static bool is_set(std::uint32_t changes) { return changes % 2 != 0; }
  void change(bool to) {
    const HeldMutex held(words_->changers);
    if (is_set() != to) words_->changes.add();
  }

  ArenaBlock memory_{sizeof(Words)};
  Words* const words_ = new (memory_.data()) Words;
};

}  // namespace detail

Event::Event() : core_(std::make_shared<detail::EventCore>()) {}
bool Event::is_set() const { return core_->is_set(); }
void Event::set() const { core_->set(); }
void Event::clear() const { core_->clear(); }
bool Event::wait_until(detail::Deadline deadline) const { return core_->wait(deadline); }

}  // namespace multiprocessing
