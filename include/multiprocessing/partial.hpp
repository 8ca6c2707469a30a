// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/stateful_function.hpp>
#include <multiprocessing/initializer.hpp>

#include <tuple>
#include <utility>

namespace multiprocessing {

// A function with its first arguments bound, as functools.partial makes it. The bound values are sent with the
// function, once for each worker and call, not once for each item. f sees them as const. Text is bound as std::string.
template <class F, class... Bound>
class Partial {
 public:
  Partial(F f, std::tuple<Bound...> bound) : f_(std::move(f)), bound_(std::move(bound)) {}

  template <class... Args>
  requires std::is_invocable_v<const F&, const Bound&..., Args...>
  decltype(auto) operator()(Args&&... args) const {
    return std::apply(
        [&](const Bound&... bound) -> decltype(auto) { return std::invoke(f_, bound..., std::forward<Args>(args)...); },
        bound_);
  }
  const F& function() const { return f_; }
  const std::tuple<Bound...>& bound() const { return bound_; }

 private:
  F f_;
  std::tuple<Bound...> bound_;
};

// partial(f, 1, "two")(3) calls f(1, "two", 3). Copies or moves the values that it binds; sends nothing.
template <class... A, class F = detail::one_function_t<A...>>
auto partial(F f, A&&... bound) {
  return Partial<F, detail::sent_t<A>...>(std::move(f), {detail::sent_t<A>(std::forward<A>(bound))...});
}

namespace detail {

template <class F, class... Bound>
struct FunctionCodec<Partial<F, Bound...>> {
  static constexpr bool is_sendable = FunctionCodec<F>::is_sendable && (is_receivable<Bound> && ...);
  static void save(const Partial<F, Bound...>& f, ByteSink& sink, const void*& code) {
    FunctionCodec<F>::save(f.function(), sink, code);
    encode(sink, f.bound());
  }
  static Partial<F, Bound...> load(ByteSource& source) {
    F f = FunctionCodec<F>::load(source);
    return {std::move(f), decode<std::tuple<Bound...>>(source)};
  }
};
template <class F, class... Bound>
inline constexpr bool is_sent_as_initializer<Partial<F, Bound...>> = FunctionCodec<Partial<F, Bound...>>::is_sendable;

}  // namespace detail
}  // namespace multiprocessing
