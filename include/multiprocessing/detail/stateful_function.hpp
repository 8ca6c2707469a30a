// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/function_codec.hpp>
#include <multiprocessing/detail/sendable.hpp>

namespace multiprocessing::detail {

// A function object with state crosses as cereal saves and loads it.
template <class F>
struct FunctionCodec {
  static constexpr bool is_sendable = detail::is_sendable<F> && !std::is_empty_v<F>;
  static void save(const F& f, ByteSink& sink, const void*&) { encode(sink, f); }
  static F load(ByteSource& source) { return decode<F>(source); }
};

}  // namespace multiprocessing::detail
