// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace multiprocessing::detail {

// What lies in the rings. Everything starts at multiples of 8.
//
//   task ring:    frame*       frame  := FrameHeader, the function's state (function_bytes), items (bytes)
//                              item   := its length as 64 bits and its bytes; of fixed size: its bytes
//   result ring:  piece*       piece  := PieceHeader, bytes, up to 7 of padding
//
// A frame that is not streamed is contiguous: if it does not fit before the ring's end, a `skip` frame (or fewer bytes
// than a header) leads to the ring's start. A streamed frame, always the last one offered, wraps.
//
// The life of a frame, in the words of channel_words.hpp:
//
//   parent    writes it into free bytes of the task ring, and offers it in `turn`; it may recall it until it is claimed
//   parent    if it is streamed: offers it with its first bytes, and stores `filled` whenever more bytes are there
//   worker    claims it in `turn`, and copies its header
//   worker    for each item: stores `running`, writes the pieces of the answer, stores `committed`
//   worker    stores `consumed` behind the frame (inside of it while it streams): the parent may write there again
//   parent    copies the answers, and stores `taken` behind them: the worker may write there again
enum class FrameKind : std::uint32_t { work, streamed_work, skip, leave };

// Which times of each item are noted: none; its beginning, in a word of the channel; or that and all others, which are
// then the last piece of its answer.
enum class Timing : std::uint8_t { none, beginning, all };

// A worker keeps so many functions with state at a time; the parent says which entry each one has.
inline constexpr int cached_functions = 4;

struct FrameHeader {
  std::uint64_t type;            // address of a TaskType
  std::uint64_t function_bytes;  // size of the function's state, if it comes with this frame; else 0
  std::uint64_t bytes;           // size of the items
  std::uint64_t first_item;      // the item_index() of the first
  std::uint32_t items;
  FrameKind kind;
  std::int32_t cache_entry;  // in the worker's table of functions, -1: the function is in `address`
  bool fills_cache_entry;    // the state comes with this frame
  bool prompt;               // somebody may wait for each answer; else only for the end of the frame
  bool is_revocable;         // the parent may condemn the worker while it runs an item of the frame
  Timing timing;
  alignas(16) std::array<std::byte, 16> address;

  std::size_t cache_index() const { return static_cast<std::size_t>(cache_entry); }
};

enum class PieceKind : std::uint32_t {
  value,         // the item's answer, or the last part of it
  exception,     // likewise
  part,          // of an answer; more follows
  void_parts,    // the parts so far are void: an exception follows instead
  padding,       // nothing: the next piece is at the ring's start
  started,       // a WorkerStart: the worker is up
  start_failed,  // an encoded exception, which the worker's initializer threw
  name,          // of shared memory that the answer gives to the parent: file and passage, 64 bits each, and the name
};

struct PieceHeader {
  std::uint32_t bytes;
  PieceKind kind;
};

struct WorkerStart {
  std::int64_t pid;
  std::int64_t up_nanoseconds;  // of the steady clock, when its initializer had returned
};

// In nanoseconds of the steady clock; 0: the item did not come so far.
struct ItemTimes {
  std::uint64_t waited_from;  // the worker waited for this item; else both are 0
  std::uint64_t waited_until;
  std::uint64_t decoding;  // when it began, as the next two
  std::uint64_t running;
  std::uint64_t encoding;
  std::uint64_t end;
};

static_assert(sizeof(FrameHeader) == 64 && std::is_trivially_copyable_v<FrameHeader>);
static_assert(sizeof(PieceHeader) == 8 && std::is_trivially_copyable_v<PieceHeader>);
static_assert(sizeof(ItemTimes) == 48 && std::is_trivially_copyable_v<ItemTimes>);

}  // namespace multiprocessing::detail
