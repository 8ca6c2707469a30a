// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/bytes.hpp>

#include <cstdint>
#include <string>
#include <type_traits>

namespace multiprocessing::detail {

// Values between two processes that run the same build of this library: as they lie in memory, texts and bytes behind
// their size. Reading throws MalformedBytes if there are too few bytes, before it allocates.

template <class T>
requires std::is_trivially_copyable_v<T>
void write(ByteSink& sink, const T& value) { sink.write(&value, sizeof value); }
template <class T>
requires std::is_trivially_copyable_v<T>
void read(ByteSource& source, T& value) { source.read(&value, sizeof value); }

inline std::size_t read_size(ByteSource& source) {
  std::uint64_t size = 0;
  read(source, size);
  if (size > source.remaining_bytes()) throw MalformedBytes("two processes of one program disagree on a size");
  return size;
}

inline void write(ByteSink& sink, const std::string& text) {
  write(sink, std::uint64_t{text.size()});
  sink.write(text.data(), text.size());
}
inline void read(ByteSource& source, std::string& text) {
  text.resize(read_size(source));
  source.read(text.data(), text.size());
}

inline void write(ByteSink& sink, const Bytes& bytes) {
  write(sink, std::uint64_t{bytes.size_bytes()});
  copy_to(bytes, sink);
}
inline void read(ByteSource& source, Bytes& bytes) {  // in one piece
  const std::size_t size_bytes = read_size(source);
  BytesSink sink(bytes);
  source.read(sink.place(size_bytes), size_bytes);
  sink.finish();
}

}  // namespace multiprocessing::detail
