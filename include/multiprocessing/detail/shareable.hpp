// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/cpp20.hpp>

#include <atomic>
#include <span>
#include <string_view>
#include <type_traits>

namespace multiprocessing::detail {

// How an object in shared memory is read and written: an atomic is seen as its value.
template <class T>
struct Shareable {
  using Plain = T;
  static constexpr bool is_allowed = std::is_trivially_copyable_v<T>;
  static T load(const T& object) { return object; }
  static void store(T& object, const T& value) { object = value; }
};
template <class T>
struct Shareable<std::atomic<T>> {
  using Plain = T;
  static constexpr bool is_allowed = std::atomic<T>::is_always_lock_free;
  static T load(const std::atomic<T>& object) { return object.load(); }
  static void store(std::atomic<T>& object, const T& value) { object.store(value); }
};
template <class T>
using plain_t = typename Shareable<T>::Plain;

template <class T>
inline constexpr bool is_address = std::is_pointer_v<T> || std::is_member_pointer_v<T> || std::is_null_pointer_v<T>;
template <class C, class Traits>
inline constexpr bool is_address<std::basic_string_view<C, Traits>> = true;
template <class T, std::size_t extent>
inline constexpr bool is_address<std::span<T, extent>> = true;

// One readable line for each reason why a T cannot lie in memory that processes share.
template <class T>
constexpr bool require_shareable() {
  static_assert(std::is_object_v<T> && std::is_same_v<T, std::remove_cv_t<T>>,
                "multiprocessing: shared memory holds values: no reference, and no const or volatile type");
  static_assert(Shareable<T>::is_allowed,
                "multiprocessing: only a trivially copyable type, or a lock-free std::atomic, can lie in shared "
                "memory: what a string or a container points to would stay in one process; use fixed-size members");
  static_assert(!is_address<plain_t<T>>,
                "multiprocessing: a pointer, std::span or std::string_view in shared memory would dangle in other "
                "processes; use an index");
  return true;
}

}  // namespace multiprocessing::detail
