// SPDX-License-Identifier: MIT
#pragma once

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

template <class F>
inline constexpr bool is_code_pointer =
    std::is_member_pointer_v<F> || (std::is_pointer_v<F> && std::is_function_v<std::remove_pointer_t<F>>);
template <class F>
inline constexpr bool is_stateless = std::is_empty_v<F> && std::is_trivially_copyable_v<F>;

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
    if (f == nullptr) throw PicklingError("a null function cannot be sent");
    if constexpr (!std::is_member_object_pointer_v<F>) {
      const void* address = nullptr;
      std::memcpy(&address, &f, sizeof address);
      // A virtual member function is an odd offset into a table of its class, which needs no look-up.
      if (!std::is_member_pointer_v<F> || (reinterpret_cast<std::uintptr_t>(address) & 1U) == 0) code.push_back(address);
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

template <class R, class... A>
struct FunctionCodec<std::function<R(A...)>> {
  using Plain = R (*)(A...);
  static constexpr bool is_sendable = true;
  static void save(const std::function<R(A...)>& f, ByteSink& sink, CodeAddresses& code) {
    const Plain* plain = f.template target<Plain>();
    if (plain == nullptr) {
      throw PicklingError("a std::function can be sent only if it holds a plain function of exactly its signature; "
                          "pass the callable itself, or multiprocessing::partial");
    }
    FunctionCodec<Plain>::save(*plain, sink, code);
  }
  static std::function<R(A...)> load(ByteSource& source) { return FunctionCodec<Plain>::load(source); }
};

template <class F, class... Bound>
struct FunctionCodec<Partial<F, Bound...>> {
  static constexpr bool is_sendable = FunctionCodec<F>::is_sendable && (detail::is_sendable<Bound> && ...);
  static void save(const Partial<F, Bound...>& f, ByteSink& sink, CodeAddresses& code) {
    FunctionCodec<F>::save(f.function(), sink, code);
    encode(sink, f.bound());
  }
  static Partial<F, Bound...> load(ByteSource& source) {
    F f = FunctionCodec<F>::load(source);
    return {std::move(f), decode<std::tuple<Bound...>>(source)};
  }
};

// How f takes its item: as its one argument, or spread over its arguments.
enum class Spread { no, yes };

template <class F, class Item, Spread spread>
struct CallOf {
  using result = std::invoke_result<F, Item>;
  static constexpr bool valid = std::is_invocable_v<F, Item>;
};
template <class F, class... Part>
struct CallOf<F, std::tuple<Part...>, Spread::yes> {
  using result = std::invoke_result<F, Part...>;
  static constexpr bool valid = std::is_invocable_v<F, Part...>;
};
template <class F, class... Part>
struct CallOf<F, std::tuple<Part...>&, Spread::yes> {
  using result = std::invoke_result<F, Part&...>;
  static constexpr bool valid = std::is_invocable_v<F, Part&...>;
};
template <class F, class... Part>
struct CallOf<F, const std::tuple<Part...>&, Spread::yes> {
  using result = std::invoke_result<F, const Part&...>;
  static constexpr bool valid = std::is_invocable_v<F, const Part&...>;
};
template <class F, class T>
struct CallOf<F, T&&, Spread::yes> : CallOf<F, T, Spread::yes> {};
template <class F, class A, class B>
struct CallOf<F, std::pair<A, B>, Spread::yes> : CallOf<F, std::tuple<A, B>, Spread::yes> {};
template <class F, class A, class B>
struct CallOf<F, std::pair<A, B>&, Spread::yes> : CallOf<F, std::tuple<A, B>&, Spread::yes> {};
template <class F, class A, class B>
struct CallOf<F, const std::pair<A, B>&, Spread::yes> : CallOf<F, const std::tuple<A, B>&, Spread::yes> {};

template <class F, class Item, Spread spread>
inline constexpr bool is_callable = CallOf<const F&, Item, spread>::valid;

template <class F, class Item, Spread spread, bool = is_callable<F, Item, spread>>
struct ResultOf {
  using type = std::remove_cvref_t<typename CallOf<const F&, Item, spread>::result::type>;
};
// require_callable() has said why not. What f would return keeps the compiler from saying more.
template <class F, class Item, Spread spread>
struct ResultOf<F, Item, spread, false> {
  using type = void;
};
template <class F, class Item, Spread spread>
  requires requires { std::function(std::declval<F>()); }
struct ResultOf<F, Item, spread, false> {
  using type = std::remove_cvref_t<typename decltype(std::function(std::declval<F>()))::result_type>;
};
// What f returns for an item, without reference and const; void for a function that returns nothing.
template <class F, class Item, Spread spread>
using result_of_t = typename ResultOf<F, Item, spread>::type;

template <class F, class Item, Spread spread>
constexpr void require_callable() {
  constexpr bool callable = is_callable<F, Item, spread>;
  constexpr bool writes = !callable && CallOf<const F&, Item&, spread>::valid;
  constexpr bool is_mutable = !callable && !writes && CallOf<F&, Item, spread>::valid;
  static_assert(!writes, "multiprocessing: the function takes a non-const reference: what it writes there would be lost "
                         "in the worker; take the value or a const reference, and return what changed");
  static_assert(!is_mutable, "multiprocessing: function objects are called as const: a mutable lambda or a non-const "
                             "operator() would keep state that differs from worker to worker");
  static_assert(callable || writes || is_mutable,
                "multiprocessing: the function cannot be called with these items: each item, as it arrives in the worker, "
                "must convert to the function's parameter (starmap spreads a tuple over several)");
}

template <class F>
constexpr void require_sendable_function() {
  static_assert(FunctionCodec<F>::is_sendable,
                "multiprocessing: this function object carries state that cannot be sent to a worker (a lambda that "
                "captures, or a class without serialize()): pass what it needs as arguments, or bind values with "
                "multiprocessing::partial(f, values...)");
}

template <class F, class Item, Spread spread>
decltype(auto) call_with(const F& f, Item&& item) {
  if constexpr (spread == Spread::yes) {
    return std::apply(f, std::forward<Item>(item));
  } else {
    return std::invoke(f, std::forward<Item>(item));
  }
}

// The code that runs one item where it has arrived as bytes. Destructors of item and result come after the commit.
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
inline constexpr bool fits_in_frame = is_code_pointer<F> || is_stateless<F>;

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
    if constexpr (fits_in_frame<F>) {
      BytesSource address(static_cast<const std::byte*>(function), sizeof(FunctionImage::address));
      store(FunctionCodec<F>::load(address));
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
    // A bool's byte is checked as it is decoded; those take the general way.
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
                                  fixed_size_bytes<Item>(),
                                  fixed_size_bytes<result_of_t<F, Item, spread>>()};
};

// Never throws for a function that cannot be sent: then `refused` says why.
template <class F, class Item, Spread spread>
FunctionImage image_of(const F& f) {
  FunctionImage image;
  image.type = &TaskTypeFor<F, Item, spread>::value;
  image.code.push_back(image.type);
  try {
    if constexpr (fits_in_frame<F>) {
      FixedSink sink(image.address.data(), image.address.size());
      FunctionCodec<F>::save(f, sink, image.code);
    } else {
      BytesSink sink(image.state);
      FunctionCodec<F>::save(f, sink, image.code);
      sink.finish();
    }
  } catch (const PicklingError&) {
    image.refused = std::current_exception();
  } catch (...) {
    try {
      std::throw_with_nested(PicklingError("the function's state cannot be sent"));
    } catch (...) {
      image.refused = std::current_exception();
    }
  }
  return image;
}

}  // namespace multiprocessing::detail
