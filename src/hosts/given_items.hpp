// SPDX-License-Identifier: MIT
#pragma once

#include "pool/parent/group_call.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace multiprocessing::detail {

// Consecutive items of one call that one message has taken to a host, and which of them it has answered. They know
// their bytes: so they can be given to another host.
class GivenItems {
 public:
  GivenItems(std::vector<Batch> batches, std::size_t size_bytes)
      : batches_(std::move(batches)), size_bytes_(size_bytes), is_done_(count_of(batches_)), left_(is_done_.size()) {}

  GroupCall& call() const { return batches_.front().call(); }
  std::size_t first() const { return batches_.front().first; }  // index in the call
  std::size_t count() const { return is_done_.size(); }
  std::size_t left() const { return left_; }
  std::size_t size_bytes() const { return size_bytes_; }
  bool take(std::size_t position) {  // false if there is no such item, or not any more
    if (position >= is_done_.size() || is_done_[position]) return false;
    is_done_[position] = true;
    --left_;
    return true;
  }
  void take_all() { left_ = 0; }

  std::vector<Batch> rest() const {  // in order
    return pick([this](std::size_t position) { return !is_done_[position]; });
  }
  void write_bytes(ByteSink& sink) const {
    for (const Batch& batch : batches_) {
      const Bytes& bytes = batch.work->chunk.bytes;
      BytesPosition at = batch.place;
      for (std::size_t left = batch.measure(batch.count, SIZE_MAX).bytes; left != 0; at = {at.segment + 1, 0}) {
        const Bytes::Segment& segment = bytes.segment(at.segment);
        const std::size_t part = std::min(left, segment.size_bytes - at.offset_bytes);
        sink.write(segment.data.get() + at.offset_bytes, part);
        left -= part;
      }
    }
  }
  template <class Wanted>
  std::vector<Batch> pick(Wanted wanted) const {
    std::vector<Batch> picked;
    std::size_t position = 0;
    for (Batch batch : batches_) {
      while (batch.count != 0) {
        const bool is_wanted = wanted(position);
        std::size_t same = 1;
        while (same != batch.count && wanted(position + same) == is_wanted) ++same;
        Batch run = batch.split_front(batch.measure(same, SIZE_MAX));
        if (is_wanted) picked.push_back(std::move(run));
        position += same;
      }
    }
    return picked;
  }

 private:
  static std::size_t count_of(const std::vector<Batch>& batches) {
    std::size_t count = 0;
    for (const Batch& batch : batches) count += batch.count;
    return count;
  }

  std::vector<Batch> batches_;
  std::size_t size_bytes_;
  std::vector<bool> is_done_;
  std::size_t left_;
};

}  // namespace multiprocessing::detail
