// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/callable.hpp>
#include <multiprocessing/detail/sendable.hpp>
#include <multiprocessing/detail/stateful_function.hpp>
#include <multiprocessing/errors.hpp>
#include <multiprocessing/partial.hpp>

namespace multiprocessing::detail {

MULTIPROCESSING_EXPORT std::exception_ptr nested_in_function_error(std::exception_ptr reason,
                                                                   const std::type_info& type);

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
  image.type_in_worker = reinterpret_cast<std::uintptr_t>(image.type);
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
