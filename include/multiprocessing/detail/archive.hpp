// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/aggregate.hpp>
#include <multiprocessing/detail/bytewise.hpp>
#include <multiprocessing/detail/cereal_archive.hpp>
#include <multiprocessing/detail/numeric_values.hpp>
#include <multiprocessing/detail/polymorphic.hpp>
#include <multiprocessing/detail/system_values.hpp>

namespace multiprocessing::detail {

// Writes one value. Throws what T's own save() throws, and what the sink throws.
template <class T>
void encode(ByteSink& sink, const T& value) {
  if constexpr (is_bytewise<T>) {
    encode_plain(sink, value);
  } else {
    OutputArchive archive(sink);
    archive(value);
  }
}

// Writes the same bytes as encode() of a std::tuple of the parts, but does not copy the parts into one.
template <class... Part>
void encode_parts(ByteSink& sink, const Part&... parts) {
  if constexpr ((is_bytewise<Part> && ...)) {
    (encode_plain(sink, parts), ...);
  } else {
    OutputArchive archive(sink);
    archive(parts...);
  }
}

// Reads one value. MalformedBytes if the bytes end too soon; else what T's own load() throws.
template <class T>
void decode_into(ByteSource& source, T& value) {
  if constexpr (is_bytewise<T>) {
    decode_plain(source, value);
  } else {
    InputArchive archive(source);
    archive(value);
  }
}
template <class T>
T decode(ByteSource& source) {
  T value{};
  decode_into(source, value);
  return value;
}

}  // namespace multiprocessing::detail
