// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/bytes.hpp>

#include "pool/worker/worker_waiting.hpp"

namespace multiprocessing::detail {

// The bytes of one frame in a worker's task ring. Of a streamed frame it gives back what has been read and waits for
// more; of any other all bytes are there. open() limits what is seen to one message: the function's state, or an item.
class TaskReader final : public ByteSource {
 public:
  TaskReader(const Channel& channel, WorkerWaiting& waiting) : channel_(channel), waiting_(waiting) {}

  void start_frame(std::uint64_t position, bool streamed);
  void open(std::uint64_t bytes);  // the next so many bytes of the frame are the message
  void skip_rest();                // of the message
  std::uint64_t frame_begin() const { return frame_begin_; }
  void skip_to(std::uint64_t offset_bytes);  // in a frame that is not streamed
  std::uint64_t position() const { return begin_ + static_cast<std::uint64_t>(cursor_ - window_); }

 private:
  void underflow(std::byte* data, std::size_t size_bytes) override;
  void next_window();
  void start_frame_part(std::uint64_t position);

  Channel channel_;
  WorkerWaiting& waiting_;
  std::uint64_t frame_begin_ = 0;
  std::uint64_t begin_ = 0;  // position of the window
  const std::byte* window_ = nullptr;
  bool streamed_ = false;
};

}  // namespace multiprocessing::detail
