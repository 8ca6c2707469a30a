// SPDX-License-Identifier: MIT
#include "pool/worker/task_reader.hpp"

#include <algorithm>

namespace multiprocessing::detail {

void TaskReader::start_frame(std::uint64_t position, bool streamed) {
  frame_begin_ = position;
  streamed_ = streamed;
  start_frame_part(position);
}

void TaskReader::start_frame_part(std::uint64_t position) {
  begin_ = position;
  window_ = cursor_ = end_ = channel_.tasks.at(position);
  behind_bytes_ = 0;
}

void TaskReader::open(std::uint64_t bytes) {
  begin_ = position();
  window_ = cursor_ = end_ = channel_.tasks.at(begin_);
  behind_bytes_ = bytes;
  if (!streamed_) {
    end_ += bytes;
    behind_bytes_ = 0;
  }
}

void TaskReader::skip_to(std::uint64_t offset_bytes) { start_frame_part(frame_begin_ + offset_bytes); }

void TaskReader::next_window() {
  begin_ = position();
  // Seq_cst: the parent may sleep until there is room for more of this frame.
  channel_.words->consumed.store(begin_, std::memory_order_seq_cst);
  waiting_.consumed(begin_);
  const auto there = [&] { return channel_.words->filled.load(std::memory_order_seq_cst) != begin_; };
  waiting_.until(ParkReason::for_bytes, there);

  const std::uint64_t filled = channel_.words->filled.load(std::memory_order_acquire) - begin_;
  const std::size_t size =
      std::min<std::uint64_t>({filled, channel_.tasks.contiguous_bytes(begin_), std::uint64_t{behind_bytes_}});
  window_ = cursor_ = channel_.tasks.at(begin_);
  end_ = cursor_ + size;
  behind_bytes_ -= size;
}

void TaskReader::underflow(std::byte* data, std::size_t size_bytes) {
  if (size_bytes > remaining_bytes()) throw MalformedBytes("the bytes end before the value does");
  while (size_bytes != 0) {
    if (cursor_ == end_) next_window();
    const std::size_t part = std::min(size_bytes, static_cast<std::size_t>(end_ - cursor_));
    std::memcpy(data, cursor_, part);
    cursor_ += part;
    data += part;
    size_bytes -= part;
  }
}

void TaskReader::skip_rest() {
  while (remaining_bytes() != 0) {
    if (cursor_ == end_) next_window();
    cursor_ = end_;
  }
}

}  // namespace multiprocessing::detail
