// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstdint>
#include <type_traits>

namespace multiprocessing::detail {

// The words of one worker's channel, each on a cache line of its own. In front of them lies the parent's page, which
// workers map read-only; behind them the two rings of bytes.
//
//   | ParentSleepWord | WakeThresholds 0 | WakeThresholds 1 | … |
//   | words 0 | tasks 0 | results 0 |   words 1 | tasks 1 | results 1 | …
//
//   word                written by     says
//   turn                both, by       {claimed, offered}: which frames are the worker's. The worker claims the next;
//                       swap           the parent offers more, or takes back all that is unclaimed: offered := claimed
//   filled, bell        parent         bytes written to the task ring (read by the worker only while a frame streams);
//                                      the word that a parked worker sleeps on
//   consumed            worker         bytes of the task ring given back
//   running             worker; the    RunningWord: stored before the first byte of the item is decoded. The parent
//                       parent may     reads it after a death. In revocable frames every change is a swap: a worker
//                       condemn        that finds itself condemned waits to be killed
//   began               worker         when that item began, if its frame is timed
//   committed           worker         end of the last whole piece in the result ring, stored for each item
//   taken               parent         what the parent has copied out
//   parked              worker         {count, reason}: it sleeps, or is about to
//   working, waiting    worker         nanoseconds, stored after each frame: a hint, for sizes of frames and statistics
//   CrashRecord         worker         where it crashed; not a word: it lies behind them, on the same page. Read after
//                                      a death
//
// Whatever a worker writes may be garbage: the parent copies it, then checks it.
// A word that one side publishes before it looks whether the other sleeps is stored and read seq_cst on both sides:
// with release and acquire alone a wake-up can be lost.
struct ChannelWords {
  alignas(64) std::atomic<std::uint64_t> turn;
  alignas(64) std::atomic<std::uint64_t> filled;
  std::atomic<std::uint32_t> bell;
  alignas(64) std::atomic<std::uint64_t> consumed;
  alignas(64) std::atomic<std::uint64_t> running;
  std::atomic<std::uint64_t> began_nanoseconds;  // of the steady clock
  alignas(64) std::atomic<std::uint64_t> committed;
  alignas(64) std::atomic<std::uint64_t> taken;
  alignas(64) std::atomic<std::uint32_t> parked;
  alignas(64) std::atomic<std::uint64_t> working_nanoseconds;
  std::atomic<std::uint64_t> waiting_nanoseconds;
};

// Frames count modulo 2^32. claimed == offered: nothing to do.
struct Turn {
  std::uint32_t claimed = 0;
  std::uint32_t offered = 0;
  static Turn of(std::uint64_t word) {
    return {static_cast<std::uint32_t>(word), static_cast<std::uint32_t>(word >> 32)};
  }
  std::uint64_t word() const { return claimed | std::uint64_t{offered} << 32; }
};

// What is being done with an item where it runs. `done`: the answer is encoded; after the commit it counts.
enum class Phase : std::uint8_t { none, decoding, running, encoding, done };

// Items count from 1 since the worker's start. At phase `none` its destructors have run: the worker is between items.
struct RunningWord {
  std::uint64_t item = 0;
  Phase phase = Phase::none;
  bool condemned = false;
  static RunningWord of(std::uint64_t word) {
    return {word >> 8, static_cast<Phase>(word & 0x7f), (word & condemned_bit) != 0};
  }
  std::uint64_t word() const { return item << 8 | static_cast<std::uint64_t>(phase) | (condemned ? condemned_bit : 0); }

 private:
  static constexpr std::uint64_t condemned_bit = 0x80;
};

// Why a worker sleeps: only what it waits for is worth waking it.
enum class ParkReason : std::uint32_t { awake = 0, for_frames = 1, for_bytes = 2, for_room = 3 };
inline ParkReason park_reason(std::uint32_t parked) { return static_cast<ParkReason>(parked & 3U); }

// Written by the parent only: which bell a worker rings when its WakeThresholds says so. 0: nobody sleeps. The low bits
// choose the bell, the others count, so that a worker rings once for each sleep.
struct ParentSleepWord {
  alignas(64) std::atomic<std::uint32_t> word;
};
enum class Bell : std::uint32_t { none = 0, waiter = 1, background = 2 };

// Written by the parent only: what it wants to be woken for by one worker.
struct WakeThresholds {
  alignas(64) std::atomic<std::uint64_t> at_committed;  // results, or room for more of them
  std::atomic<std::uint64_t> at_consumed;               // room in the task ring, while a frame streams
  std::atomic<std::uint32_t> at_claimed;                // a frame from which on more should be offered
  std::atomic<std::uint32_t> when_idle;                 // 1: after the last result of the last frame offered
};
inline constexpr std::uint64_t never_wake = ~std::uint64_t{0};

static_assert(std::atomic<std::uint64_t>::is_always_lock_free && std::atomic<std::uint32_t>::is_always_lock_free);
static_assert(sizeof(ChannelWords) == 8 * 64 && sizeof(WakeThresholds) == 64 && sizeof(ParentSleepWord) == 64);
static_assert(std::is_standard_layout_v<ChannelWords>);

}  // namespace multiprocessing::detail
