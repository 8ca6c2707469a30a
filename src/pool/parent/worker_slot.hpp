// SPDX-License-Identifier: MIT
#pragma once

#include "os/crash_trace.hpp"
#include "pool/item_error.hpp"
#include "pool/parent/group_call.hpp"
#include "pool/parent/make_room.hpp"
#include "pool/parent/taken_names.hpp"
#include "shm/channel.hpp"
#include "shm/frame.hpp"

#include <sys/types.h>

#include <array>
#include <optional>
#include <string>
#include <vector>

namespace multiprocessing::detail {

// Who is told what a worker answered.
class AnswerSink {
 public:
  virtual void on_start_failed(Bytes exception) = 0;
  virtual void on_answer(GroupCall& call, std::size_t index, ByteAnswer answer) = 0;
  virtual void on_fixed_answers(GroupCall& call, std::size_t count) = 0;  // they are in the call's table
  // Before the item's answer, of a slot that times all.
  virtual void on_times(int slot, const GroupCall& call, std::size_t index, const ItemTimes& times, bool failed) = 0;

 protected:
  ~AnswerSink() = default;
};

// One worker's channel from the parent's side: offers frames, takes them back, takes answers, and after a death says
// who had been begun. All that the worker wrote is copied, then checked. Guarded by the group's mutex.
class WorkerSlot {
 public:
  enum class State { absent, starting, up, leaving, condemned, overwritten };
  enum class Verdict { none, outran_its_time, cancelled };  // why it is condemned

  WorkerSlot(const Channel& channel, int index) : channel_(channel), index_(index) {}

  int index() const { return index_; }
  void time_all() { times_all_ = true; }  // from the start
  State state = State::absent;
  pid_t pid = 0;
  Clock::time_point ordered_at{};  // when its start was ordered
  Clock::time_point up_since{};    // as the worker stamped it; the parent may read that much later
  bool outran_initializer = false;
  bool is_killed = false;  // by us

  // Offering. The caller checks can_offer() and cuts the batch with limit_bytes(). Where memory runs out nothing has
  // changed, and the batch is still the caller's.
  bool can_offer(std::size_t bytes);  // if not for lack of room, arm() has the worker ring when there is some
  void forget_wants() { wants_room_ = false; }
  std::size_t limit_bytes() const { return channel_.tasks.size_bytes() / 4 - sizeof(FrameHeader); }
  void offer(Batch&& batch, std::size_t bytes);
  void offer_leave();
  void stream();  // more of a frame that is being streamed
  bool is_streaming() const { return !stream_.empty(); }
  std::vector<Batch> recall();  // takes back, in order, what the worker has not claimed

  GroupCall& working_on() const { return frames_.front().batch.call(); }  // with an unanswered item
  std::size_t running_items() const;  // 1 if the worker has begun one that it has not answered
  std::size_t unanswered_items() const { return unanswered_items_; }
  std::size_t frames() const { return frames_.size(); }
  std::size_t unclaimed_frames() const;
  std::size_t unclaimed_items() const;
  bool has_withdrawn() const;  // work that it has not claimed, and that has been withdrawn
  std::size_t claimed_items() const { return answered_items_ + unanswered_items_ - unclaimed_items(); }
  std::size_t function_bytes(const GroupCall& call) const;  // of state that would have to come with a frame
  bool is_parked() const {
    return park_reason(channel_.words->parked.load(std::memory_order_relaxed)) != ParkReason::awake;
  }

  // Taking. committed() needs no lock: it is news if it has changed. False from collect(): the channel's words
  // contradict each other.
  std::uint64_t committed() const { return channel_.words->committed.load(std::memory_order_acquire); }
  bool has_news() const { return committed() != taken_ || state == State::overwritten; }
  bool collect(AnswerSink& sink);
  // Once the worker has ended: unlinks names of shared memory whose answer did not come.
  void abandon_names();
  void abandon_all_names() noexcept;  // those too that lie in the channel

  // Waking: what the worker should ring for while the parent sleeps. `eager`: for every answer.
  void arm(bool eager, bool wants_to_offer, bool when_idle);
  bool needs_attention(bool wants_to_offer) const;  // would it have rung?

  // What runs (worker_slot_running.cpp). A condemned worker does nothing more, gets nothing more, and is to be killed.
  struct TimedItem {
    std::uint64_t running;  // the word
    Clock::time_point began;
    std::chrono::nanoseconds timeout;
  };
  std::optional<TimedItem> timed_item(Clock::time_point now);
  bool condemn(std::uint64_t running, Verdict verdict);  // false: the worker has gone on meanwhile
  void condemn_if_it_runs(const GroupCall& call);        // one try
  bool must_be_killed() const { return state == State::condemned || state == State::overwritten; }
  struct BegunItem {
    const GroupCall& call;
    std::size_t index;
    std::uint64_t began_nanoseconds;
  };
  std::optional<BegunItem> begun_item() const;  // and not answered; of a slot that times all

  // After the worker's death was reported and the last answers were collected.
  struct Aftermath {
    bool overwritten = false;
    Verdict verdict = Verdict::none;
    std::optional<std::pair<Batch, Phase>> blamed;  // one item
    std::vector<Batch> rest;                        // all else that was not answered; overwritten: the lost ones
    std::size_t answered_items = 0;
  };
  Aftermath take_apart(bool overwritten) noexcept;
  // What its death was, before the channel is reset. One that we killed may have been about to end by a crash.
  int ended_by(int wait_status, bool was_ordered) const;  // a wait status
  Crash crash(int wait_status) const;

  std::chrono::nanoseconds working() const { return past_working_ + now_working_; }
  std::chrono::nanoseconds waiting() const { return past_waiting_ + now_waiting_; }
  std::size_t answered_items() const { return answered_items_; }

 private:
  static constexpr std::chrono::nanoseconds longest_time = std::chrono::hours(24 * 365 * 10);
  struct Frame {
    Batch batch;
    std::uint64_t begin = 0;   // what was filled before it
    std::uint32_t number = 0;  // as claimed and offered count
    std::size_t answered = 0;
    int cache_entry = -1;
    bool fills_cache_entry = false;
  };
  struct Stream {  // bytes that wait for room in the ring
    const Bytes* bytes;
    BytesPosition place;
    std::size_t left;
    std::shared_ptr<SentChunk> keeps;
  };

  std::size_t free_bytes() const;
  std::uint32_t claimed() const { return Turn::of(channel_.words->turn.load(std::memory_order_acquire)).claimed; }
  bool is_possible(Turn turn) const;  // as written by a worker that keeps to the protocol
  RunningWord running() const { return RunningWord::of(channel_.words->running.load(std::memory_order_acquire)); }
  std::uint64_t first_number() const;  // of the first item of frames_, as `running` counts
  std::chrono::nanoseconds timeout_of(std::uint64_t number) const;
  bool is_claimed(const Frame& frame) const { return static_cast<std::int32_t>(claimed() - frame.number) > 0; }
  std::size_t cache_entry_of(const GroupCall& call) const;  // cached_functions if it has none
  int cache_entry_for(const GroupCall& call, bool& fills);
  std::uint64_t begin_frame(std::size_t contiguous_bytes);
  void make_room_for_frame();
  void publish_frame(Frame frame);  // for which there is room
  void wake(ParkReason reason);
  bool take_answers(AnswerSink& sink);
  bool take_fixed_values(AnswerSink& sink, std::uint64_t& position, std::uint64_t committed);
  void keep_part(const std::byte* data, std::size_t size_bytes);
  void forget_parts() { parts_ = {}, parts_error_ = nullptr, part_bytes_ = 0; }
  bool take_piece(AnswerSink& sink, std::uint64_t& position, std::uint64_t committed);
  bool take_answer(AnswerSink& sink, PieceKind kind, const std::byte* data, std::size_t size_bytes);
  void take_names_of(ByteAnswer& answer);
  void answered(std::size_t items);  // of the first frame
  void note_times();

  Channel channel_;
  int index_;
  bool times_all_ = false;
  boost::circular_buffer<Frame> frames_;
  std::vector<Batch> left_;  // empty, with room for the batch of each frame: for take_apart()
  boost::circular_buffer<Stream> stream_;
  std::uint64_t filled_ = 0;
  std::uint32_t offered_ = 0;
  bool wants_room_ = false;
  std::uint64_t taken_ = 0;
  std::uint32_t rung_for_ = 0;
  std::size_t unanswered_items_ = 0;
  std::size_t answered_items_ = 0;  // since the worker's start
  Verdict verdict_ = Verdict::none;
  std::uint64_t watched_number_ = 0;  // of the item that ran when we looked last
  Clock::time_point watched_since_{};
  std::chrono::nanoseconds last_timeout_ = std::chrono::nanoseconds::max();  // of the frame answered last
  std::exception_ptr parts_error_;
  std::vector<NamePassage> passages_;                           // of names in the answer that is not whole yet
  Bytes parts_;                                                 // of an answer that is not whole yet
  std::uint64_t part_bytes_ = 0;                                // also of those that were not kept
  std::array<std::uint64_t, cached_functions> cached_calls_{};  // number of the call whose function is there, 0: none
  std::size_t next_cache_entry_ = 0;
  std::chrono::nanoseconds now_working_{};
  std::chrono::nanoseconds now_waiting_{};
  std::chrono::nanoseconds past_working_{};
  std::chrono::nanoseconds past_waiting_{};
};

}  // namespace multiprocessing::detail
