// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

namespace multiprocessing::detail {

// Sizes of segments that lie one behind the other: two of the first size, and each further one as large as all before
// it.
class SegmentSizes {
 public:
  explicit constexpr SegmentSizes(unsigned first_bits) : first_bits_(first_bits) {}
  constexpr std::uint64_t end(int segment) const { return std::uint64_t{1} << (first_bits_ + unsigned(segment)); }
  constexpr std::uint64_t begin(int segment) const { return segment == 0 ? 0 : end(segment - 1); }
  constexpr std::uint64_t bytes(int segment) const { return end(segment) - begin(segment); }

 private:
  unsigned first_bits_;
};

// Zeroed memory without a name, shared with every process forked while it exists: a head, and segments. A process maps
// the head and the first two segments at the start, and others as it asks for them, each at an address of its own,
// which does not move. So a process takes address space, and with mlockall(MCL_FUTURE) memory, only as far as it has
// asked. It needs no descriptor for that. If the system cannot map memory twice, all is mapped at once. The destructor
// unmaps all, in this process only, unless stay() was called. The constructor throws std::system_error. If there is not
// enough address space for all segments, there are fewer, at least two.
class GrowingMapping {
 public:
  static constexpr int most_segments = 20;

  GrowingMapping(std::size_t head_bytes, const SegmentSizes& sizes, int segments);
  GrowingMapping(const GrowingMapping&) = delete;
  GrowingMapping& operator=(const GrowingMapping&) = delete;
  ~GrowingMapping();

  std::byte* head() const noexcept { return head_; }
  int segments() const noexcept { return segments_; }
  std::byte* segment(int number) const noexcept { return mapped(number).load(std::memory_order_acquire); }
  // Any thread may call it. False if there is no such segment, or not enough address space or memory that may be
  // locked.
  bool map(int number) noexcept { return (number < segments_ && segment(number) != nullptr) || map_up_to(number); }
  // Unmaps the segments from this one on, except those in the first mapping. Nobody in this process may be using them.
  void unmap_from(int number) noexcept;
  // Gives back the memory of the segments from this one on, for all processes, and unmaps them here. Nobody in any
  // process may be using them.
  void give_back_from(int number) noexcept;
  void stay() noexcept { stays_ = true; }  // stays mapped as long as this process lives

 private:
  const std::atomic<std::byte*>& mapped(int number) const noexcept { return mapped_[static_cast<std::size_t>(number)]; }
  std::atomic<std::byte*>& mapped(int number) noexcept { return mapped_[static_cast<std::size_t>(number)]; }
  bool map_up_to(int number) noexcept;

  const SegmentSizes sizes_;
  std::size_t first_mapping_bytes_;
  std::byte* head_ = nullptr;
  int segments_ = 0;
  int first_segments_ = 0;  // segments in the first mapping
  bool stays_ = false;
  std::array<std::atomic<std::byte*>, most_segments> mapped_{};
};

}  // namespace multiprocessing::detail
