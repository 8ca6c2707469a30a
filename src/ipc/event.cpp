// SPDX-License-Identifier: MIT
#include <multiprocessing/event.hpp>

#include "ipc/waited_word.hpp"
#include "shm/mapping.hpp"

#include <new>

namespace multiprocessing {
namespace detail {

// The lowest bit is the flag; above it, how often it was set, for those who were not awake in between.
class EventCore {
 public:
  bool is_set() const { return (word_.load() & 1U) != 0; }
  void set() {
    std::uint32_t word = word_.load();
    do {
      if ((word & 1U) != 0) return;
    } while (!word_.swap(word, word + 3));
    word_.wake();
  }
  void clear() {
    std::uint32_t word = word_.load();
    while ((word & 1U) != 0 && !word_.swap(word, word - 1)) continue;
  }
  bool wait(Deadline deadline) {
    const std::uint32_t before = word_.load();
    return word_.wait([&](std::uint32_t word) { return (word & 1U) != 0 || (word | 1U) != (before | 1U); }, deadline);
  }

 private:
  SharedMapping mapping_{sizeof(WaitedWord)};
  WaitedWord& word_ = *new (mapping_.data()) WaitedWord;
};

}  // namespace detail

Event::Event() : core_(std::make_shared<detail::EventCore>()) {}
bool Event::is_set() const { return core_->is_set(); }
void Event::set() { core_->set(); }
void Event::clear() { core_->clear(); }
bool Event::wait_until(detail::Deadline deadline) { return core_->wait(deadline); }

}  // namespace multiprocessing
