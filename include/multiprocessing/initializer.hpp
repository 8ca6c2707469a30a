// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/function_codec.hpp>

#include <concepts>

namespace multiprocessing {
namespace detail {

template <class F>
inline constexpr bool is_sent_as_initializer = is_code_pointer<F> || is_stateless<F>;
template <class R>
inline constexpr bool is_sent_as_initializer<std::function<R()>> = true;

// A call without arguments, as it is sent.
struct SentCall {
  void (*run)(ByteSource& state) = nullptr;
  const void* code = nullptr;  // the address that `state` begins with, as in PreparedFunction
  Bytes state;
};

template <class F>
void run_sent_call(ByteSource& state) {
  F f = FunctionCodec<F>::load(state);
  static_cast<void>(f());
}

template <class F>
SentCall send_call(const std::function<void()>& call) {
  const F* f = nullptr;
  if constexpr (std::same_as<F, std::function<void()>>) {
    f = &call;
  } else {
    f = call.target<F>();
  }
  SentCall sent;
  sent.run = &run_sent_call<F>;
  BytesSink sink(sent.state);
  FunctionCodec<F>::save(*f, sink, sent.code);
  sink.finish();
  return sent;
}

}  // namespace detail

// A worker runs it before its first item, or after its last one. It is any callable without arguments that can be
// copied. Workers that the program forks, and threads, have it as it is, with all that it captures. A pool with
// StartMethod::spawn sends it: then it must be a function, a lambda without captures, or a partial() of one with values
// that can be sent. By default it is empty. A ThreadPool calls it in several threads at once.
class Initializer {
 public:
  Initializer() = default;
  Initializer(std::nullptr_t) {}
  template <class F>
  requires(!std::same_as<std::decay_t<F>, Initializer> && std::is_constructible_v<std::function<void()>, F>)
      Initializer(F&& f)
      : call_(std::forward<F>(f)) {
    if constexpr (detail::is_sent_as_initializer<std::decay_t<F>>) send_ = &detail::send_call<std::decay_t<F>>;
  }

  explicit operator bool() const noexcept { return static_cast<bool>(call_); }
  void operator()() const { call_(); }
  friend bool operator==(const Initializer& initializer, std::nullptr_t) noexcept { return !initializer; }
  bool can_be_sent() const noexcept { return send_ != nullptr; }
  // For the library. PicklingError, or what the save() of a bound value throws.
  detail::SentCall sent() const { return send_(call_); }

 private:
  std::function<void()> call_;
  detail::SentCall (*send_)(const std::function<void()>&) = nullptr;
};

}  // namespace multiprocessing
