// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/archive.hpp>
#include <multiprocessing/detail/contained_types.hpp>
#include <multiprocessing/detail/inherited_only.hpp>
#include <multiprocessing/detail/sent_as.hpp>

#include <ios>
#include <memory>

namespace multiprocessing {

template <class R>
class Delayed;

namespace detail {

template <class T>
using IsUnknownToCereal = std::bool_constant<!std::is_empty_v<T> && !is_bytewise<T> && !IsPointer<T>::value &&
                                             !IsReference<T>::value && !IsView<T>::value &&
                                             !(cereal::traits::is_output_serializable<T, OutputArchive>::value &&
                                               cereal::traits::is_input_serializable<T, InputArchive>::value)>;
// Types that are more than their bytes: mutexes, condition variables, threads; streams; pools; processes.
template <class T>
concept HasNativeHandle = requires {
  typename T::native_handle_type;
};
template <class T>
concept HasWorkers = requires(T& pool) {
  pool.worker_pids();
};
template <class T>
concept HasSentinel = requires(T& process) {
  process.sentinel();
};
template <class T>
using IsOfItsProcess =
    std::bool_constant<IsUnknownToCereal<T>::value &&
                       (HasNativeHandle<T> || HasWorkers<T> || HasSentinel<T> || std::is_base_of_v<std::ios_base, T>)>;
template <class T>
using IsInheritedOnly = std::is_base_of<InheritedOnly, T>;
template <class T>
struct IsDelayed : std::false_type {};
template <class R>
struct IsDelayed<Delayed<R>> : std::true_type {};
// T has functions for cereal that cannot be called, for example private ones. NamedAgain<T> shows that: it has the name
// twice, so that looking the name up is an error.
struct CerealNames {
  int CEREAL_SERIALIZE_FUNCTION_NAME, CEREAL_SAVE_FUNCTION_NAME, CEREAL_LOAD_FUNCTION_NAME;
};
template <class T>
struct NamedAgain : T, CerealNames {};
template <class T>
concept NamesSerializeOnce = requires {
  &NamedAgain<T>::CEREAL_SERIALIZE_FUNCTION_NAME;
};
template <class T>
concept NamesSaveOrLoadOnce = requires {
  &NamedAgain<T>::CEREAL_SAVE_FUNCTION_NAME;
}
|| requires { &NamedAgain<T>::CEREAL_LOAD_FUNCTION_NAME; };
template <class T>
constexpr bool find_says_it_wrong() {
  if constexpr (!IsUnknownToCereal<T>::value || !std::is_class_v<T> || std::is_final_v<T>) {
    return false;
  } else {
    return !IsOfItsProcess<T>::value && !IsInheritedOnly<T>::value && !IsDelayed<T>::value &&
           (!NamesSerializeOnce<T> || !NamesSaveOrLoadOnce<T>);
  }
}
template <class T>
using SaysItWrong = std::bool_constant<find_says_it_wrong<T>()>;
template <class T>
using DoesNotSayHow = std::bool_constant<IsUnknownToCereal<T>::value && !IsOfItsProcess<T>::value &&
                                         !IsInheritedOnly<T>::value && !IsDelayed<T>::value && !SaysItWrong<T>::value>;

// cereal loads into an object that exists already, except behind a smart pointer, where load_and_construct() may make
// it.
template <class T>
inline constexpr bool is_smart_pointer = false;
template <class T, class D>
inline constexpr bool is_smart_pointer<std::unique_ptr<T, D>> = true;
template <class T>
inline constexpr bool is_smart_pointer<std::shared_ptr<T>> = true;
template <class T>
inline constexpr bool is_smart_pointer<std::weak_ptr<T>> = true;
template <class T>
struct LoadedParts : std::conditional_t<is_smart_pointer<T>, std::type_identity<TypeList<>>, Parts<T>> {};
template <class T>
using CannotBeMade = std::bool_constant<!std::is_default_constructible_v<T>>;

// Always false; shows in the compiler's message the first part of a value for which something holds.
template <class Part>
inline constexpr bool can_be_sent = false;
template <>
inline constexpr bool can_be_sent<void> = true;
template <class Part>
inline constexpr bool can_be_received = can_be_sent<Part>;

template <class T>
inline constexpr bool is_sendable = can_be_sent<first_in<IsPointer, T>>&& can_be_sent<first_in<IsReference, T>>&&
    can_be_sent<first_in<IsView, T>>&& can_be_sent<first_in<IsUnknownToCereal, T>>;
template <class T>
inline constexpr bool is_receivable = is_sendable<T>&& can_be_received<first_in<CannotBeMade, T, LoadedParts>>;

// One readable line for each reason why a T cannot be sent to another process, with a remedy; the compiler adds which
// part of T it is.
template <class T>
constexpr void require_sendable() {
  static_assert(can_be_sent<first_in<IsPointer, T>>,
                "multiprocessing: a raw pointer cannot be sent to another process: it would arrive dangling; send the "
                "value itself, a std::unique_ptr or std::shared_ptr to it, or an index, or let fork_map inherit it");
  static_assert(can_be_sent<first_in<IsReference, T>>,
                "multiprocessing: a reference (or std::ref) cannot be sent to another process; send the value, or let "
                "fork_map inherit the object");
  static_assert(can_be_sent<first_in<IsView, T>>,
                "multiprocessing: a std::span or std::string_view inside a value or as a result cannot be sent: "
                "it would arrive dangling; send a std::vector or std::string");
  static_assert(
      can_be_sent<first_in<IsInheritedOnly, T>>,
      "multiprocessing: such an object should only be shared between processes through inheritance: capture it "
      "in a pool's initializer, in fork_map or in a Process, or make it global before the pool");
  static_assert(can_be_sent<first_in<IsDelayed, T>>,
                "multiprocessing: a delayed call cannot be sent to another process: compute() it, or give it, or a "
                "std::vector of delayed calls, to another delayed call as an argument of its own");
  static_assert(
      can_be_sent<first_in<IsOfItsProcess, T>>,
      "multiprocessing: a mutex, thread, stream, process or pool belongs to its process and cannot be sent to another "
      "one; make one there (an initializer does it once for each worker), or let fork_map inherit it");
  static_assert(can_be_sent<first_in<SaysItWrong, T>>,
                "multiprocessing: this type has a serialize(), or save() and load(), that cannot be called: it must be "
                "public, or befriend cereal::access, and take its archive by reference: template <class Archive> void "
                "serialize(Archive& archive) { archive(first_member, second_member); }");
  static_assert(
      sends_plain_structs || can_be_sent<first_in<DoesNotSayHow, T>>,
      "multiprocessing: this type cannot be sent to another process, as it does not say how: give it a member "
      "template <class Archive> void serialize(Archive& archive) { archive(first_member, second_member); }, or, "
      "if it is a plain struct, compile with Boost 1.75 or later");
  static_assert(
      !sends_plain_structs || can_be_sent<first_in<DoesNotSayHow, T>>,
      "multiprocessing: this type cannot be sent to another process, as it does not say how: give it a member "
      "template <class Archive> void serialize(Archive& archive) { archive(first_member, second_member); } (only "
      "a plain struct needs none: without constructors, bases, arrays, const or reference members, at most 100)");
  static_assert(
      !is_sendable<T> || can_be_received<first_in<CannotBeMade, T, LoadedParts>>,
      "multiprocessing: this type cannot be received: it needs a default constructor, into which cereal loads; "
      "or send a std::unique_ptr to it and give it cereal's load_and_construct()");
}

}  // namespace detail
}  // namespace multiprocessing
