// SPDX-License-Identifier: MIT
#pragma once

#include "pool/parent/group_call.hpp"
#include "pool/parent/make_room.hpp"
#include "pool/parent/worker_bell.hpp"
#include "shm/channel.hpp"

#include <vector>

namespace multiprocessing::detail {

// The frames that were offered to a worker and are not answered yet, in the order in which it runs them; and the word
// `turn`, which says which of them the worker has claimed. Both ends of the channel meet here: TaskWriter adds frames
// and takes them back, ResultReader counts what is answered.
class FramesInFlight {
 public:
  struct Frame {
    Batch batch;               // without items in the frame that has the worker leave
    std::uint64_t begin = 0;   // in the task ring: what was filled before it
    std::uint32_t number = 0;  // as claimed and offered count
    std::size_t answered = 0;  // items, from the front
    int cache_entry = -1;      // as its header says
    bool fills_cache_entry = false;
  };

  explicit FramesInFlight(const Channel& channel)
      : words_(channel.words), frames_bell_(*channel.words, ParkReason::for_frames) {}

  std::size_t size() const { return frames_.size(); }
  std::size_t unanswered_items() const { return unanswered_items_; }
  std::size_t answered_items() const { return answered_items_; }  // since the worker's start
  GroupCall& working_on() const { return frames_.front().batch.call(); }

  // Offering.
  void make_room_for_one();   // Throws std::bad_alloc, and nothing has changed.
  bool publish(Frame frame);  // for which there is room. False: `turn` is not as we left it
  // Takes back what was unclaimed in `seen`, the last frame first. False: the worker has claimed more meanwhile.
  template <class Use>
  bool take_back(Turn seen, Use use);

  // What the worker has claimed. The word may be garbage, but no more is unclaimed than there is.
  Turn turn(std::memory_order order) const { return Turn::of(words_->turn.load(order)); }
  bool is_possible(Turn turn) const;  // as written by a worker that keeps to the protocol
  std::size_t unclaimed_frames() const;
  std::size_t unclaimed_items() const;
  bool has_withdrawn() const;  // work that it has not claimed, and that has been withdrawn
  bool first_is_claimed() const { return !frames_.empty() && is_claimed(frames_.front()); }
  const Frame* claimed_work() const {  // the first frame, if it is claimed and has items; else none
    return first_is_claimed() && frames_.front().batch.count != 0 ? &frames_.front() : nullptr;
  }
  std::uint32_t wake_at_claimed() const;  // the claim after which more should be offered; 0: no claim changes that

  // Answers, in order. Items count as in `running`: from 1, since the worker's start.
  void answered(std::size_t items) {  // of claimed_work()
    Frame& frame = frames_.front();
    answered_items_ += items;
    unanswered_items_ -= items;
    frame.answered += items;
    if (frame.answered != frame.batch.count) return;
    last_timeout_ = frame.batch.call().timeout;
    frames_.pop_front();
  }
  std::uint64_t first_number() const {  // of the first frame's first item
    return answered_items_ + 1 - (frames_.empty() ? 0 : frames_.front().answered);
  }
  std::chrono::nanoseconds timeout_of(std::uint64_t number) const;

  // After the worker's death: all that was not answered, in order; there is nothing in flight any more.
  std::vector<Batch> take_unanswered() noexcept;

 private:
  std::uint32_t claimed() const { return turn(std::memory_order_acquire).claimed; }
  bool is_claimed(const Frame& frame) const { return static_cast<std::int32_t>(claimed() - frame.number) > 0; }

  ChannelWords* words_;
  WorkerBell frames_bell_;
  boost::circular_buffer<Frame> frames_;
  std::vector<Batch> left_;  // empty, with room for the batch of each frame: for take_unanswered()
  std::uint32_t offered_ = 0;
  std::size_t unanswered_items_ = 0;
  std::size_t answered_items_ = 0;
  std::chrono::nanoseconds last_timeout_ = std::chrono::nanoseconds::max();  // of the frame answered last
};

template <class Use>
bool FramesInFlight::take_back(Turn seen, Use use) {
  std::uint64_t word = seen.word();
  const std::uint64_t without = Turn{seen.claimed, seen.claimed}.word();
  // One try: if the worker claims meanwhile, what it claimed is no longer ours to take.
  if (!words_->turn.compare_exchange_strong(word, without, std::memory_order_seq_cst)) return false;
  while (!frames_.empty() && static_cast<std::int32_t>(frames_.back().number - seen.claimed) >= 0) {
    Frame& frame = frames_.back();
    offered_ = frame.number;
    unanswered_items_ -= frame.batch.count;
    use(frame);
    frames_.pop_back();
  }
  return true;
}

}  // namespace multiprocessing::detail
