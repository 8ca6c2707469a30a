// SPDX-License-Identifier: MIT
#pragma once

#include "pool/parent/frames_in_flight.hpp"
#include "pool/parent/worker_process.hpp"

#include <optional>

namespace multiprocessing::detail {

// The word `running`, from the parent's side: who has outrun its time, who is condemned, and who is blamed in the end.
// The word may be garbage, so it is compared with what the worker was handed.
class RunningWatch {
 public:
  enum class Verdict { none, outran_its_time, cancelled };  // why it is condemned

  explicit RunningWatch(const Channel& channel) : words_(channel.words) {}

  struct TimedItem {
    std::uint64_t running;  // the word
    Clock::time_point began;
    std::chrono::nanoseconds timeout;
  };
  std::optional<TimedItem> timed_item(WorkerProcess& process, const FramesInFlight& frames, Clock::time_point now);
  bool condemn(WorkerProcess& process, std::uint64_t running, Verdict verdict);  // false: it has gone on meanwhile
  void condemn_if_it_runs(WorkerProcess& process, const FramesInFlight& frames, const GroupCall& call);  // one try

  struct BegunItem {
    const GroupCall& call;
    std::size_t index;
    std::uint64_t began_nanoseconds;
  };
  std::optional<BegunItem> begun_item(const FramesInFlight& frames) const;  // and not answered; where all is timed

  // What a dead worker's word says, once all that it has answered is taken.
  struct LastWord {
    bool is_possible;
    std::optional<Phase> begun;  // what was done with the first item of `frames`; none if that had not begun
    Verdict verdict;
  };
  LastWord last_word(const FramesInFlight& frames) const;
  void start_anew() noexcept;  // for the next worker

 private:
  RunningWord running() const { return RunningWord::of(words_->running.load(std::memory_order_acquire)); }

  ChannelWords* words_;
  Verdict verdict_ = Verdict::none;
  std::uint64_t watched_number_ = 0;  // of the item that ran when we looked last
  Clock::time_point watched_since_{};
};

}  // namespace multiprocessing::detail
