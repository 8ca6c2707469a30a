// SPDX-License-Identifier: MIT
#include <multiprocessing/semaphore.hpp>

#include "ipc/waited_word.hpp"
#include "shm/mapping.hpp"

#include <limits>
#include <new>
#include <stdexcept>
#include <string>

namespace multiprocessing {
namespace detail {

class SemaphoreCore {
 public:
  SemaphoreCore(int value, bool is_bounded)
      : most_(is_bounded ? value : std::numeric_limits<int>::max()),
        is_bounded_(is_bounded),
        word_(*new (mapping_.data()) WaitedWord) {
    if (value < 0) throw std::invalid_argument("a semaphore must be at least 0, not " + std::to_string(value));
    std::uint32_t zero = 0;
    while (!word_.swap(zero, static_cast<std::uint32_t>(value))) continue;
  }

  bool acquire(Deadline deadline) {
    return word_.wait(
        [&](std::uint32_t value) {
          while (value != 0) {
            if (word_.swap(value, value - 1)) return true;
          }
          return false;
        },
        deadline);
  }
  void release(int count) {
    if (count < 1) throw std::invalid_argument("release() must be of at least 1, not " + std::to_string(count));
    std::uint32_t value = word_.load();
    do {
      if (static_cast<std::uint32_t>(count) > static_cast<std::uint32_t>(most_) - value) refuse(count, value);
    } while (!word_.swap(value, value + static_cast<std::uint32_t>(count)));
    word_.wake();
  }
  int value() const { return static_cast<int>(word_.load()); }

 private:
  [[noreturn]] void refuse(int count, std::uint32_t value) const {
    const std::string text = "release() of " + std::to_string(count) + " would raise the semaphore from " +
                             std::to_string(value) + " above " + std::to_string(most_);
    if (is_bounded_) throw std::logic_error(text + ": it was released more often than acquired");
    throw std::overflow_error(text);
  }

  const int most_;
  const bool is_bounded_;
  SharedMapping mapping_{sizeof(WaitedWord)};
  WaitedWord& word_;
};

}  // namespace detail

Semaphore::Semaphore(int value) : Semaphore(value, false) {}
Semaphore::Semaphore(int value, bool is_bounded) : core_(std::make_shared<detail::SemaphoreCore>(value, is_bounded)) {}
bool Semaphore::acquire_until(detail::Deadline deadline) { return core_->acquire(deadline); }
void Semaphore::release(int count) { core_->release(count); }
int Semaphore::get_value() const { return core_->value(); }

BoundedSemaphore::BoundedSemaphore(int value) : Semaphore(value, true) {}

}  // namespace multiprocessing
