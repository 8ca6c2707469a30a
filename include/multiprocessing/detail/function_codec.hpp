// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/callable.hpp>
#include <multiprocessing/detail/task.hpp>

#include <bit>
#include <functional>

namespace multiprocessing::detail {

// How functions cross: data by value, code by address. FunctionCodec<F> knows it for each kind of F:
//   save(f, sink, code)  writes f; if that begins with the address of code, says which one in `code`
//   load(source)         makes it again in the worker
// Here for those without state, without cereal; detail/stateful_function.hpp has the others.
template <class F>
struct FunctionCodec;

[[noreturn]] MULTIPROCESSING_EXPORT void throw_null_function(const std::type_info& type);
// `held` is typeid(void) if it is empty.
[[noreturn]] MULTIPROCESSING_EXPORT void throw_not_a_plain_function(const std::type_info& type,
                                                                    const std::type_info& held);

template <class F>
inline constexpr bool is_code_pointer = std::is_member_pointer_v<F> ||
                                        (std::is_pointer_v<F> && std::is_function_v<std::remove_pointer_t<F>>);
template <class F>
inline constexpr bool is_stateless = std::is_empty_v<F>&& std::is_trivially_copyable_v<F>;
// True for a function that refers, by address, to objects that the workers have inherited.
template <class F>
inline constexpr bool is_inherited = false;

// The address of code in a pointer to a function. Null for a pointer to a member variable or to a virtual function:
// both are offsets, which are the same everywhere. Source: the C++ ABI of Itanium, and that of Arm.
template <class F>
requires is_code_pointer<F>
const void* code_of(const F& f) {
  std::array<std::uintptr_t, 2> words{};
  static_assert(sizeof f <= sizeof words);
  std::memcpy(words.data(), &f, sizeof f);
  if constexpr (std::is_member_object_pointer_v<F>) return nullptr;
#if defined(__aarch64__) || defined(__arm__)
  const std::uintptr_t is_virtual = words[1] & 1U;
#else
  const std::uintptr_t is_virtual = words[0] & 1U;
#endif
  if (std::is_member_pointer_v<F> && is_virtual != 0) return nullptr;
  return reinterpret_cast<const void*>(words[0]);
}

template <class F>
requires is_code_pointer<F>
struct FunctionCodec<F> {
  static constexpr bool is_sendable = true;
  static void save(const F& f, ByteSink& sink, const void*& code) {
    if (f == nullptr) throw_null_function(typeid(F));
    code = code_of(f);
    sink.write(&f, sizeof f);
  }
  static F load(ByteSource& source) {
    F f;
    source.read(&f, sizeof f);
    return f;
  }
};

template <class F>
requires is_stateless<F>
struct FunctionCodec<F> {
  static constexpr bool is_sendable = true;
  static void save(const F&, ByteSink&, const void*&) {}
  static F load(ByteSource&) { return std::bit_cast<F>(std::byte{}); }
};

template <class F>
requires is_inherited<F>
struct FunctionCodec<F> {
  static constexpr bool is_sendable = true;
  static void save(const F& f, ByteSink& sink, const void*&) { sink.write(&f, sizeof f); }
  static F load(ByteSource& source) {
    F f;
    source.read(&f, sizeof f);
    return f;
  }
};

template <class R, class... A>
struct FunctionCodec<std::function<R(A...)>> {
  using Plain = R (*)(A...);
  static constexpr bool is_sendable = true;
  static void save(const std::function<R(A...)>& f, ByteSink& sink, const void*& code) {
    const Plain* plain = f.template target<Plain>();
    if (plain == nullptr) throw_not_a_plain_function(typeid(f), f.target_type());
    FunctionCodec<Plain>::save(*plain, sink, code);
  }
  static std::function<R(A...)> load(ByteSource& source) { return FunctionCodec<Plain>::load(source); }
};

}  // namespace multiprocessing::detail
