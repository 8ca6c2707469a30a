// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/callable.hpp>
#include <multiprocessing/detail/sendable.hpp>
#include <multiprocessing/detail/task.hpp>
#include <multiprocessing/errors.hpp>
#include <multiprocessing/partial.hpp>

#include <bit>
#include <functional>

namespace multiprocessing::detail {

// How functions cross: data by value, code by address. FunctionCodec<F> knows it for each kind of F:
//   save(f, sink, code)  writes f; adds the addresses that must exist in the worker
//   load(source)         makes it again in the worker

[[noreturn]] MULTIPROCESSING_EXPORT void throw_null_function(const std::type_info& type);
// `held` is typeid(void) if it is empty.
[[noreturn]] MULTIPROCESSING_EXPORT void throw_not_a_plain_function(const std::type_info& type,
                                                                    const std::type_info& held);
MULTIPROCESSING_EXPORT std::exception_ptr nested_in_function_error(std::exception_ptr reason,
                                                                   const std::type_info& type);

template <class F>
inline constexpr bool is_code_pointer = std::is_member_pointer_v<F> ||
                                        (std::is_pointer_v<F> && std::is_function_v<std::remove_pointer_t<F>>);
template <class F>
inline constexpr bool is_stateless = std::is_empty_v<F>&& std::is_trivially_copyable_v<F>;
// True for a function that refers, by address, to objects that the workers have inherited.
template <class F>
inline constexpr bool is_inherited = false;

template <class F>
struct FunctionCodec {
  static constexpr bool is_sendable = detail::is_sendable<F> && !std::is_empty_v<F>;
  static void save(const F& f, ByteSink& sink, CodeAddresses&) { encode(sink, f); }
  static F load(ByteSource& source) { return decode<F>(source); }
};

template <class F>
requires is_code_pointer<F>
struct FunctionCodec<F> {
  static constexpr bool is_sendable = true;
  static void save(const F& f, ByteSink& sink, CodeAddresses& code) {
    if (f == nullptr) throw_null_function(typeid(F));
    if constexpr (!std::is_member_object_pointer_v<F>) {
      const void* address = nullptr;
      std::memcpy(&address, &f, sizeof address);
      // A pointer to a virtual member function is an odd offset into its class's table: there is no address to look up.
      if (!std::is_member_pointer_v<F> || (reinterpret_cast<std::uintptr_t>(address) & 1U) == 0)
        code.push_back(address);
    }
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
  static void save(const F&, ByteSink&, CodeAddresses&) {}
  static F load(ByteSource&) { return std::bit_cast<F>(std::byte{}); }
};

template <class F>
requires is_inherited<F>
struct FunctionCodec<F> {
  static constexpr bool is_sendable = true;
  static void save(const F& f, ByteSink& sink, CodeAddresses&) { sink.write(&f, sizeof f); }
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
  static void save(const std::function<R(A...)>& f, ByteSink& sink, CodeAddresses& code) {
    const Plain* plain = f.template target<Plain>();
    if (plain == nullptr) throw_not_a_plain_function(typeid(f), f.target_type());
    FunctionCodec<Plain>::save(*plain, sink, code);
  }
  static std::function<R(A...)> load(ByteSource& source) { return FunctionCodec<Plain>::load(source); }
};

template <class F, class... Bound>
struct FunctionCodec<Partial<F, Bound...>> {
  static constexpr bool is_sendable = FunctionCodec<F>::is_sendable && (is_receivable<Bound> && ...);
  static void save(const Partial<F, Bound...>& f, ByteSink& sink, CodeAddresses& code) {
    FunctionCodec<F>::save(f.function(), sink, code);
    encode(sink, f.bound());
  }
  static Partial<F, Bound...> load(ByteSource& source) {
    F f = FunctionCodec<F>::load(source);
    return {std::move(f), decode<std::tuple<Bound...>>(source)};
  }
};

template <class F>
struct FunctionCheck {
  static constexpr void require() {
    static_assert(FunctionCodec<F>::is_sendable,
                  "multiprocessing: this function object carries state that cannot be sent to a worker (a lambda that "
                  "captures, or a class without serialize()): pass what it needs as arguments, bind values with "
                  "multiprocessing::partial(f, values...), or call fork_map, whose workers inherit what it captures");
  }
};
template <class F, class... Bound>
struct FunctionCheck<Partial<F, Bound...>> {
  static constexpr void require() {
    FunctionCheck<F>::require();
    (require_sendable<Bound>(), ...);
  }
};
template <class F>
constexpr void require_sendable_function() {
  FunctionCheck<F>::require();
}

// Runs one item that has arrived as bytes. Destroys the item and the result after the commit.
template <class F, class Item, Spread spread>
void run_item(const F& f, RunningItem& running) {
  using R = result_of_t<F, Item, spread>;
  Item item = decode<Item>(running.argument());
  running.running();
  if constexpr (std::is_void_v<R>) {
    call_with<F, Item, spread>(f, std::move(item));
    running.encoding();
    running.commit();
  } else {
    const R result = call_with<F, Item, spread>(f, std::move(item));
    encode(running.encoding(), result);
    running.commit();
  }
}

template <class F>
inline constexpr bool fits_in_frame = is_code_pointer<F> || is_stateless<F> || is_inherited<F>;

template <class F, class Item, Spread spread>
struct TaskTypeFor {
  static void run(const void* function, RunningItem& running) {
    if constexpr (fits_in_frame<F>) {
      BytesSource address(static_cast<const std::byte*>(function), sizeof(FunctionImage::address));
      run_item<F, Item, spread>(FunctionCodec<F>::load(address), running);
    } else {
      run_item<F, Item, spread>(*static_cast<const F*>(function), running);
    }
  }
  static void run_fixed(const void* function, const void* from, void* to) {
    Item item;
    std::memcpy(&item, from, sizeof item);
    const auto store = [&](const F& f) {
      const result_of_t<F, Item, spread> result = call_with<F, Item, spread>(f, std::move(item));
      std::memcpy(to, &result, sizeof result);
    };
    if constexpr (is_stateless<F>) {
      store(std::bit_cast<F>(std::byte{}));
    } else if constexpr (fits_in_frame<F>) {
      F f;
      std::memcpy(&f, function, sizeof f);
      store(f);
    } else {
      store(*static_cast<const F*>(function));
    }
  }
  static void* load(ByteSource& state) { return new F(FunctionCodec<F>::load(state)); }
  static void drop(void* function) { delete static_cast<F*>(function); }

  template <class T>
  static constexpr std::size_t fixed_size_bytes() {
    if constexpr (std::is_arithmetic_v<T> || std::is_enum_v<T>) return sizeof(T);
    return 0;
  }
  static constexpr auto choose_run_fixed() -> void (*)(const void*, const void*, void*) {
    using R = result_of_t<F, Item, spread>;
    // A bool's byte must be checked, so bools are decoded like other types.
    if constexpr (fixed_size_bytes<Item>() != 0 && fixed_size_bytes<R>() != 0 && !std::is_same_v<Item, bool>) {
      return &run_fixed;
    }
    return nullptr;
  }
  static constexpr TaskType value{&run,
                                  choose_run_fixed(),
                                  fits_in_frame<F> ? nullptr : &load,
                                  fits_in_frame<F> ? nullptr : &drop,
                                  &typeid(F),
                                  &typeid(Item),
                                  &typeid(result_of_t<F, Item, spread>),
                                  fixed_size_bytes<Item>(),
                                  fixed_size_bytes<result_of_t<F, Item, spread>>()};
};

// Does not throw if the function cannot be sent: `refused` says why.
template <class F, class Item, Spread spread>
PreparedFunction prepare(const F& f) {
  PreparedFunction function;
  FunctionImage& image = function.image;
  image.type = &TaskTypeFor<F, Item, spread>::value;
  function.code.push_back(image.type);
  try {
    if constexpr (fits_in_frame<F>) {
      FixedSink sink(image.address.data(), image.address.size());
      FunctionCodec<F>::save(f, sink, function.code);
    } else {
      BytesSink sink(image.state);
      FunctionCodec<F>::save(f, sink, function.code);
      sink.finish();
    }
  } catch (const PicklingError&) {
    function.refused = std::current_exception();
  } catch (...) {
    function.refused = nested_in_function_error(std::current_exception(), typeid(F));
  }
  return function;
}

}  // namespace multiprocessing::detail
