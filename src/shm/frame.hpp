// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace multiprocessing::detail {

// What lies in the rings. All starts at multiples of 8.
//
//   task ring:    frame*       frame  := FrameHeader, the function's state (function_bytes), items (bytes)
//                              item   := its length as 64 bits and its bytes; of fixed size: its bytes
//   result ring:  piece*       piece  := PieceHeader, bytes, up to 7 of padding
//
// A frame that is not streamed is contiguous: where it does not fit before the ring's end, a `skip` frame (or fewer
// bytes than a header) leads to its start. A streamed frame, always the last one offered, wraps.
enum class FrameKind : std::uint32_t { work, streamed_work, skip, leave };

// What is noted of each item's times: nothing; when it began, in a word of the channel; that, and all of them, which
// are the last piece of its answer then.
enum class Timing : std::uint8_t { none, beginning, all };

// A worker keeps so many functions with state at a time; the parent says which goes where.
inline constexpr int cached_functions = 4;

struct FrameHeader {
  std::uint64_t type;            // address of a TaskType
  std::uint64_t function_bytes;  // of state that comes with this frame
  std::uint64_t bytes;           // of items
  std::uint64_t first_item;      // as item_index() gives it
  std::uint32_t items;
  FrameKind kind;
  std::int32_t cache_entry;  // in the worker's table of functions, -1: the function is in `address`
  bool fills_cache_entry;    // the state comes with this frame
  bool prompt;               // each answer may be waited for; else only the end of the frame is
  bool is_revocable;         // what runs may be condemned
  Timing timing;
  alignas(16) std::array<std::byte, 16> address;

  std::size_t cache_index() const { return static_cast<std::size_t>(cache_entry); }
};

enum class PieceKind : std::uint32_t {
  value,         // the item's answer, or the last part of it
  exception,     // likewise
  part,          // more follows
  void_parts,    // the parts so far are void: an exception follows instead
  padding,       // nothing: leads to the ring's start
  started,       // the worker is up: a WorkerStart
  start_failed,  // its initializer threw: an encoded exception
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

// In nanoseconds of the steady clock; 0: it has not come to that.
struct ItemTimes {
  std::uint64_t waited_from;  // for this item, also in vain in between; else both are 0
  std::uint64_t waited_until;
  std::uint64_t decoding;  // begins
  std::uint64_t running;
  std::uint64_t encoding;
  std::uint64_t end;
};

static_assert(sizeof(FrameHeader) == 64 && std::is_trivially_copyable_v<FrameHeader>);
static_assert(sizeof(PieceHeader) == 8 && std::is_trivially_copyable_v<PieceHeader>);
static_assert(sizeof(ItemTimes) == 48 && std::is_trivially_copyable_v<ItemTimes>);

}  // namespace multiprocessing::detail
