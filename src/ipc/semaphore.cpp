// SPDX-License-Identifier: MIT
#include <multiprocessing/semaphore.hpp>

#include "ipc/event_count.hpp"
#include "ipc/held_mutex.hpp"
#include "shm/arena.hpp"

#include <algorithm>
#include <atomic>
#include <limits>
#include <new>
#include <stdexcept>
#include <string>

namespace multiprocessing {
namespace detail {

// The value is how often the semaphore was released, its first value included, less how often it was acquired.
class SemaphoreCore {
 public:
  SemaphoreCore(int value, bool is_bounded)
      : most_(is_bounded ? value : std::numeric_limits<int>::max()),
        is_bounded_(is_bounded),
        words_(new (memory_.data()) Words(checked(value))) {}

  bool acquire(Deadline deadline) {
    const auto take = [this] {
      // Acquire: a thread that sees an acquisition also sees the release that it took from; else there would seem to be
      // one more permit.
      std::uint32_t acquired = words_->acquired.load(std::memory_order_acquire);
      while (acquired % numbers != words_->released.load()) {
        if (words_->acquired.compare_exchange_weak(acquired, acquired + 1, std::memory_order_acq_rel)) return true;
      }
      return false;
    };
    return words_->released.wait(take, deadline);
  }
  void release(int count) {
    if (count < 1) throw std::invalid_argument("release() must be of at least 1, not " + std::to_string(count));
    const HeldMutex held(words_->releasers);
    if (count > most_ - value()) refuse(count, value());
    for (int left = count; left != 0; left -= std::min(left, most_at_once)) {
      words_->released.add(static_cast<std::uint32_t>(std::min(left, most_at_once)));
    }
  }
  int value() const {
    std::uint32_t released = 0;
    std::uint32_t acquired = 0;
    do {
      released = words_->released.load();
      acquired = words_->acquired.load(std::memory_order_acquire);
    } while (released != words_->released.load());
    return static_cast<int>((released - acquired) % numbers);
  }

 private:
  [[noreturn]] void refuse(int count, int value) const {
    const std::string text = "release() of " + std::to_string(count) + " would raise the semaphore from " +
                             std::to_string(value) + " above " + std::to_string(most_);
    if (is_bounded_) throw std::logic_error(text + ": it was released more often than acquired");
    throw std::overflow_error(text);
  }

  static std::uint32_t checked(int value) {
    if (value < 0) throw std::invalid_argument("a semaphore must be at least 0, not " + std::to_string(value));
    return static_cast<std::uint32_t>(value);
  }

  static constexpr std::uint32_t numbers = std::uint32_t{1} << 31;  // an EventCount counts modulo this
  static constexpr int most_at_once = 1024;
  struct Words {
    explicit Words(std::uint32_t value) : released(value) {}
    RobustMutex releasers;
    EventCount released;
    std::atomic<std::uint32_t> acquired{0};
  };
  const int most_;
  const bool is_bounded_;
  ArenaBlock memory_{sizeof(Words)};
  Words* const words_;
};

}  // namespace detail

Semaphore::Semaphore(int value) : Semaphore(value, false) {}
Semaphore::Semaphore(int value, bool is_bounded) : core_(std::make_shared<detail::SemaphoreCore>(value, is_bounded)) {}
bool Semaphore::acquire_until(detail::Deadline deadline) const { return core_->acquire(deadline); }
void Semaphore::release(int count) const { core_->release(count); }
int Semaphore::get_value() const { return core_->value(); }

BoundedSemaphore::BoundedSemaphore(int value) : Semaphore(value, true) {}

}  // namespace multiprocessing
