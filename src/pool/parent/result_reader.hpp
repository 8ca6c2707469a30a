// SPDX-License-Identifier: MIT
#pragma once

#include "pool/parent/answer_sink.hpp"
#include "pool/parent/frames_in_flight.hpp"
#include "pool/parent/partial_answer.hpp"
#include "pool/parent/worker_process.hpp"
#include "pool/parent/worker_times.hpp"

namespace multiprocessing::detail {

// Reads answers from a worker's result ring; the worker's ResultWriter is the other end. What lies there may be
// garbage: it is copied, then checked. Answers come in the order of the items, so they belong to the first of `frames`.
class ResultReader {
 public:
  ResultReader(const Channel& channel, int slot)
      : words_(channel.words),
        results_(channel.results),
        room_bell_(*channel.words, ParkReason::for_room),
        slot_(slot) {}

  void time_all() { times_all_ = true; }  // from the start

  std::uint64_t taken() const { return taken_; }
  std::uint64_t wake_at_committed(bool each) const { return each ? taken_ + 1 : taken_ + results_.size_bytes() / 2; }
  // Takes all up to `committed`, which is news or not. False: it contradicts what was read or offered before.
  bool take(std::uint64_t committed, WorkerProcess& process, FramesInFlight& frames, AnswerSink& sink);
  // Once the worker has ended: unlinks names of shared memory whose answer did not come.
  void abandon_names() { partial_.abandon_names(); }
  void abandon_all_names() noexcept;  // those too that lie in the ring
  void start_anew() noexcept;         // for the next worker

  const WorkerTimes& times() const { return times_; }

 private:
  bool take_fixed_values(FramesInFlight& frames, AnswerSink& sink, std::uint64_t& position, std::uint64_t committed);
  bool take_piece(WorkerProcess& process, FramesInFlight& frames, AnswerSink& sink, std::uint64_t& position,
                  std::uint64_t committed);
  bool take_answer(FramesInFlight& frames, AnswerSink& sink, PieceKind kind, const std::byte* data,
                   std::size_t size_bytes);
  std::uint64_t whole_piece(std::uint64_t position, std::uint64_t committed, PieceHeader& header) const;

  ChannelWords* words_;
  ByteRing results_;
  WorkerBell room_bell_;
  std::uint64_t taken_ = 0;
  PartialAnswer partial_;
  WorkerTimes times_;
  int slot_;
  bool times_all_ = false;
};

}  // namespace multiprocessing::detail
