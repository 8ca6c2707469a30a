// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/shareable.hpp>
#include <multiprocessing/detail/shared_block.hpp>
#include <multiprocessing/lock.hpp>

#include <cstddef>
#include <memory>
#include <mutex>
#include <new>
#include <utility>

namespace multiprocessing {

// One T that processes share, without a lock. T is trivially copyable, or a lock-free std::atomic, which needs no lock.
// A copy of the object is the same value. Processes that are forked while it exists share it: captured, global, or as
// an argument of a Process. It cannot be sent. Its memory is freed when no process has it any more; it may stay as long
// as other objects that lie beside it.
// Any thread and process may read and write. Nothing blocks, and nothing is synchronised, except by a std::atomic:
// value() and set() use memory_order_seq_cst. If a process is killed while it writes, any part may have been written.
// The constructor throws std::system_error.
template <class T>
class RawValue : public detail::InheritedOnly {
 public:
  using value_type = detail::plain_t<T>;

  explicit RawValue(const value_type& initial = value_type{})
      : memory_(detail::make_shared_block(1, sizeof(T))), object_(new (memory_.get()) T(initial)) {}

  value_type value() const { return detail::Shareable<T>::load(*object_); }
  void set(const value_type& value) const { detail::Shareable<T>::store(*object_, value); }
  T& get_obj() const { return *object_; }

 private:
  static_assert(detail::require_shareable<T>());

  std::shared_ptr<std::byte> memory_;
  T* object_;
};

// A RawValue with an RLock. value() and set() acquire the lock, and so may block. Hold it yourself to read, change and
// write in one step:
//   const std::scoped_lock hold(count.get_lock());
//   ++count.get_obj();
// What a thread wrote while it held the lock is seen by the one that acquires it next. If a process is killed while it
// holds the lock, the next one acquires it, and get_lock().abandoned() is then true; a T of more than one word may be
// half written. Else as RawValue.
template <class T>
class Value : public RawValue<T> {
 public:
  using value_type = typename RawValue<T>::value_type;

  explicit Value(const value_type& initial = value_type{}) : RawValue<T>(initial) {}
  // With a lock that other objects may use, too.
  Value(const value_type& initial, RLock lock) : RawValue<T>(initial), lock_(std::move(lock)) {}

  value_type value() const {
    const std::scoped_lock hold(lock_);
    return RawValue<T>::value();
  }
  void set(const value_type& value) const {
    const std::scoped_lock hold(lock_);
    RawValue<T>::set(value);
  }
  RLock& get_lock() const { return lock_; }

 private:
  mutable RLock lock_;  // mutable, as a worker's copy of a captured Value is const
};

}  // namespace multiprocessing
