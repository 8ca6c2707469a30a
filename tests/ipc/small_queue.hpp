// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/byte_queue.hpp>

#include <string>

#include "ipc/queue_core.hpp"

namespace multiprocessing::tests {

// A text of this length, of which each part says where it is.
inline std::string text_of(std::size_t size) {
  std::string text(size, ' ');
  for (std::size_t i = 0; i != size; ++i) text[i] = static_cast<char>('a' + (i + size) % 23);
  return text;
}

// Of 256 bytes and more; the largest is a page of its own.
inline constexpr detail::QueueSettings small_segments{
    .first_bits = 8, .segments = 6, .piece_bytes = 1024, .kept_segments = 6};

// A queue of texts.
struct SmallQueue {
  explicit SmallQueue(const detail::QueueSettings& settings = small_segments) : core(0, settings) {}
  void put(const std::string& text, detail::Deadline deadline = detail::never) {
    detail::Bytes bytes;
    bytes.append(text.data(), text.size());
    core.put(bytes, deadline);
  }
  std::string get(detail::Deadline deadline = detail::never) {
    const detail::Bytes bytes = core.get(deadline);
    std::string text(bytes.size_bytes(), ' ');
    detail::BytesSource(bytes).read(text.data(), text.size());
    return text;
  }
  detail::QueueCore core;
};

}  // namespace multiprocessing::tests
