// SPDX-License-Identifier: MIT
#pragma once

#include "os/crash_record.hpp"
#include "shm/byte_ring.hpp"
#include "shm/channel_words.hpp"
#include "shm/mapping.hpp"

namespace multiprocessing::detail {

// One worker's channel, as both sides see it. It owns nothing: its memory is passed in, so that the same code runs
// between processes and, in tests, between threads.
struct Channel {
  ChannelWords* words;
  ByteRing tasks;
  ByteRing results;
  WakeThresholds* wake;           // read-only in the worker
  ParentSleepWord* parent_sleep;  // read-only in the worker
  CrashRecord* crash;             // behind the words, on their page; written by the worker
};

// The memory of all channels of a pool: one mapping, cut by slots.
class ChannelBlock {
 public:
  // ring_bytes: the size of each ring, a power of two, at least a page. Throws std::system_error if the memory is
  // refused.
  ChannelBlock(int slots, std::size_t ring_bytes, Sharing sharing = Sharing::by_fork);
  // The channels of another process, made with the same numbers.
  ChannelBlock(UniqueFd of_another_process, int slots, std::size_t ring_bytes);
  Channel channel(int slot);
  void reset(int slot);       // sets all words to 0 for the next worker; only while the slot has no worker
  void keep_from_children();  // called by the parent after its fork: processes that it forks later do not map this
  void keep_only(int slot);   // called by a worker first: maps only its own channel, and the parent's page read-only
  std::size_t ring_bytes() const { return ring_bytes_; }
  SharedMapping& mapping() { return mapping_; }

 private:
  std::byte* slot_begin(int slot);
  int slots_;
  std::size_t ring_bytes_;
  std::size_t front_bytes_;  // the parent's page
  std::size_t slot_bytes_;
  SharedMapping mapping_;
};

}  // namespace multiprocessing::detail
