// SPDX-License-Identifier: MIT
#include "pool/parent/frames_in_flight.hpp"

#include <algorithm>
#include <utility>

namespace multiprocessing::detail {

void FramesInFlight::make_room_for_one() {
  make_room(frames_, 1);
  left_.reserve(frames_.capacity());
}

bool FramesInFlight::publish(Frame frame) {
  frame.number = offered_;
  ++offered_;
  unanswered_items_ += frame.batch.count;
  frames_.push_back(std::move(frame));
  // Most often the worker has claimed all. To read the word first would fetch its cache line twice.
  std::uint64_t word = Turn{frames_.back().number, frames_.back().number}.word();
  Turn turn{frames_.back().number, offered_};
  // Release: the frame's bytes become visible before the offer. Pairs with the swap in Worker::claim. Seq_cst: then we
  // look whether the worker sleeps. It fails only if the worker has not claimed all, or claims meanwhile. Garbage is
  // left as it is.
  while (!words_->turn.compare_exchange_weak(word, turn.word(), std::memory_order_seq_cst)) {
    turn = Turn::of(word);
    if (turn.offered != frames_.back().number) return false;
    turn.offered = offered_;
  }
  frames_bell_.ring_if_it_sleeps();
  return true;
}

bool FramesInFlight::is_possible(Turn turn) const {
  const auto first_frame = static_cast<std::uint32_t>(offered_ - frames_.size());
  // Nothing that was claimed is unclaimed again: it would be taken back although it is answered.
  const std::uint32_t least = !frames_.empty() && frames_.front().answered != 0 ? 1 : 0;
  const std::uint32_t frames = turn.claimed - first_frame;
  return turn.offered == offered_ && least <= frames && frames <= frames_.size();
}

std::size_t FramesInFlight::unclaimed_frames() const {
  // A frame with an answer was claimed, whatever the word says now.
  const bool front_is_claimed = !frames_.empty() && frames_.front().answered != 0;
  const std::size_t most = frames_.size() - (front_is_claimed ? 1 : 0);
  return std::min<std::size_t>(static_cast<std::uint32_t>(offered_ - claimed()), most);
}

std::size_t FramesInFlight::unclaimed_items() const {
  std::size_t items = 0;
  const std::size_t frames = unclaimed_frames();
  for (std::size_t back = 1; back <= frames; ++back) items += frames_[frames_.size() - back].batch.count;
  return items;
}

bool FramesInFlight::has_withdrawn() const {
  const auto first = frames_.end() - static_cast<std::ptrdiff_t>(unclaimed_frames());
  return std::any_of(first, frames_.end(),
                     [](const Frame& frame) { return frame.batch.count != 0 && frame.batch.call().withdrawn; });
}

std::uint32_t FramesInFlight::wake_at_claimed() const {
  const std::uint32_t unclaimed = offered_ - claimed();
  // With nothing unclaimed a claim changes nothing: what is missing is room, or the end of what runs.
  if (unclaimed == 0) return 0;
  const std::uint32_t wanted = offered_ - unclaimed / 2;
  return wanted == 0 ? 1 : wanted;  // 0 would mean never
}

std::chrono::nanoseconds FramesInFlight::timeout_of(std::uint64_t number) const {
  std::uint64_t first = first_number();
  if (number < first) return last_timeout_;
  for (const Frame& frame : frames_) {
    if (number - first < frame.batch.count) return frame.batch.call().timeout;
    first += frame.batch.count;
  }
  return std::chrono::nanoseconds::max();
}

std::vector<Batch> FramesInFlight::take_unanswered() noexcept {
  std::vector<Batch> unanswered = std::exchange(left_, {});
  for (Frame& frame : frames_) {
    Batch rest = std::move(frame.batch);
    if (frame.answered != 0) rest.split_front(rest.measure(frame.answered, SIZE_MAX));
    if (rest.count != 0) unanswered.push_back(std::move(rest));
  }
  frames_.clear();
  frames_bell_.start_anew();
  offered_ = 0;
  unanswered_items_ = answered_items_ = 0;
  last_timeout_ = std::chrono::nanoseconds::max();
  return unanswered;
}

}  // namespace multiprocessing::detail
