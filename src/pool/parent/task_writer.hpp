// SPDX-License-Identifier: MIT
#pragma once

#include "pool/parent/frames_in_flight.hpp"
#include "pool/parent/sent_functions.hpp"

#include <optional>

namespace multiprocessing::detail {

// Writes frames into a worker's task ring, from the bytes that the parent keeps; the worker's TaskReader is the other
// end. A frame that outgrows the ring is streamed: its rest is written as the worker makes room. Taken back frames give
// their room back.
class TaskWriter {
 public:
  explicit TaskWriter(const Channel& channel)
      : words_(channel.words),
        wake_(channel.wake),
        tasks_(channel.tasks),
        bytes_bell_(*channel.words, ParkReason::for_bytes) {}

  void time_all() { times_all_ = true; }  // from the start

  bool can_offer(std::size_t bytes);  // there is room, and no stream in front; for lack of room it is noted as a wish
  void forget_wants() { wants_room_ = false; }
  std::size_t limit_bytes() const { return tasks_.size_bytes() / 4 - sizeof(FrameHeader); }
  std::size_t function_bytes(const GroupCall& call) const { return functions_.missing_bytes(call); }
  // Where memory runs out nothing has changed, and the batch is still the caller's. False: see FramesInFlight::publish.
  bool offer(FramesInFlight& frames, Batch&& batch, std::size_t bytes);
  bool offer_leave(FramesInFlight& frames);
  void stream();  // more of a frame that is being streamed
  bool is_streaming() const { return !stream_.empty(); }
  // None: there is nothing unclaimed, or it was claimed meanwhile.
  std::optional<std::vector<Batch>> recall(FramesInFlight& frames);

  bool consumed_is_possible() const { return used_bytes(std::memory_order_relaxed) <= tasks_.size_bytes(); }
  std::uint64_t wake_at_consumed() const {
    // Not whether there is room now: it may have come after we looked for some.
    return is_streaming() || wants_room_ ? filled_ - tasks_.size_bytes() / 2 : never_wake;
  }
  void start_anew() noexcept;  // for the next worker

 private:
  struct Stream {  // bytes that wait for room in the ring
    const Bytes* bytes;
    BytesPosition place;
    std::size_t left;
    std::shared_ptr<SentChunk> keeps;
  };

  std::uint64_t used_bytes(std::memory_order order) const { return filled_ - words_->consumed.load(order); }
  std::size_t free_bytes() const;
  std::uint64_t begin_frame(std::size_t contiguous_bytes);

  ChannelWords* words_;
  WakeThresholds* wake_;
  ByteRing tasks_;
  WorkerBell bytes_bell_;
  SentFunctions functions_;
  boost::circular_buffer<Stream> stream_;
  std::uint64_t filled_ = 0;
  bool wants_room_ = false;
  bool times_all_ = false;
};

}  // namespace multiprocessing::detail
