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
//   turn                both, by       {claimed, offered}: which frames are the worker's. See Turn
//                       swap
//   filled, bell        parent         bytes written to the task ring (read by the worker only while a frame streams);
//                                      the word that a parked worker sleeps on
//   consumed            worker         bytes of the task ring given back
//   running             worker; the    the item that runs, and its phase. The worker stores it before it decodes the
//                       parent may     first byte of the item; the parent reads it after a death. See RunningWord
//                       condemn
//   began               worker         when that item began, if its frame is timed
//   committed           worker         end of the last whole piece in the result ring, stored for each item
//   cpu                 worker         the number of the CPU on which it waited last, plus 1: a hint
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
  alignas(64) std::atomic<std::uint64_t> running;
  std::atomic<std::uint64_t> began_nanoseconds;  // of the steady clock
  alignas(64) std::atomic<std::uint64_t> committed;
  std::atomic<std::uint64_t> consumed;
  std::atomic<std::uint64_t> working_nanoseconds;
  std::atomic<std::uint64_t> waiting_nanoseconds;
  std::atomic<std::uint32_t> cpu;
  alignas(64) std::atomic<std::uint64_t> taken;
  alignas(64) std::atomic<std::uint32_t> parked;
};

// `turn`: which frames the worker may take. Frames are numbered modulo 2^32.
//
//   | 63 … 32 | 31 … 0  |   frame n is the worker's if n < claimed; if claimed <= n < offered, the next swap decides
//   | offered | claimed |   which side has it. claimed == offered: the worker has nothing to do
//
//   made by   by                          from -> to
//   parent    ChannelBlock::reset         any -> {0, 0}, while the slot has no worker
//   parent    FramesInFlight::publish     {c, o} -> {c, o + 1}: offers a frame
//   parent    FramesInFlight::take_back   {c, o} -> {c, c}: takes back all that is unclaimed
//   worker    Worker::claim               {c, o} -> {c + 1, o}, if c != o: claims the next frame
//
// All but the reset are swaps, seq_cst: one that fails was crossed by the other side. The offer (release) matches the
// claim (acquire): a worker that claims a frame sees its bytes.
struct Turn {
  std::uint32_t claimed = 0;
  std::uint32_t offered = 0;
  static Turn of(std::uint64_t word) {
    return {static_cast<std::uint32_t>(word), static_cast<std::uint32_t>(word >> 32)};
  }
  std::uint64_t word() const { return claimed | std::uint64_t{offered} << 32; }
};

// What a worker is doing with an item. `done`: the answer is encoded; it counts after the commit.
enum class Phase : std::uint8_t { none, decoding, running, encoding, done };

// `running`: the item that the worker runs, and what it is doing with it.
//
//   | 63 … 8 | 7         | 6 … 0 |   item: counts from 1 since the worker's start; 0: none yet
//   | item   | condemned | phase |   condemned: the worker must begin nothing more, and will be killed
//
//   made by   by                      from -> to
//   parent    ChannelBlock::reset     any -> {0, none}, while the slot has no worker
//   worker    Worker::mark            {i - 1, none or done} -> {i, decoding}; -> {i, running} for items of fixed size
//   worker    Worker::mark            decoding -> running -> encoding -> done; from each of them to done, if the item
//                                     ends with an exception; running -> done for items of fixed size
//   worker    Worker::mark            done -> none, only in revocable frames, after the destructors of the item (after
//                                     the last one of a run of items of fixed size)
//   parent    RunningWatch::condemn   {i, phase} -> {i, phase, condemned}: an item outran its time or was cancelled
//
// In frames that are not revocable the worker's changes are stores, release, and nobody condemns. In revocable frames
// every change is a swap, seq_cst: either the parent's swap fails, because the worker has gone on, or the worker's next
// one fails: then it finds itself condemned and waits to be killed. After a death the parent reads the word: an item in
// a phase from decoding to done, whose answer was not committed, is lost.
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

// Why a worker sleeps. It is woken only for what it waits for.
enum class ParkReason : std::uint32_t { awake = 0, for_frames = 1, for_bytes = 2, for_room = 3 };
inline ParkReason park_reason(std::uint32_t parked) { return static_cast<ParkReason>(parked & 3U); }

// Written by the parent only: which bell a worker rings when its WakeThresholds say so. 0: nobody sleeps. The low two
// bits choose the bell; the others count, so that a worker rings once for each sleep.
// cpu: where it waited last without sleeping. Who spins on the CPU of the other one keeps it from answering.
struct ParentSleepWord {
  alignas(64) std::atomic<std::uint32_t> word;
  std::atomic<std::uint32_t> cpu;  // its number plus 1; 0: not known
};
enum class Bell : std::uint32_t { none = 0, waiter = 1, background = 2 };

// Written by the parent only: the events of one worker that the parent wants to be woken for.
struct WakeThresholds {
  alignas(64) std::atomic<std::uint64_t> at_committed;  // results, or room for more of them
  std::atomic<std::uint64_t> at_consumed;               // room in the task ring, while a frame streams
  std::atomic<std::uint32_t> at_claimed;                // a frame from which on more should be offered
  std::atomic<std::uint32_t> when_idle;                 // 1: after the last result of the last frame offered
};
inline constexpr std::uint64_t never_wake = ~std::uint64_t{0};

static_assert(std::atomic<std::uint64_t>::is_always_lock_free && std::atomic<std::uint32_t>::is_always_lock_free);
static_assert(sizeof(ChannelWords) == 6 * 64 && sizeof(WakeThresholds) == 64 && sizeof(ParentSleepWord) == 64);
static_assert(std::is_standard_layout_v<ChannelWords>);

}  // namespace multiprocessing::detail
