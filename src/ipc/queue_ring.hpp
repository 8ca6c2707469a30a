// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/bytes.hpp>

#include "shm/byte_ring.hpp"
#include "shm/growing_mapping.hpp"

#include <bit>

namespace multiprocessing::detail {

// The records of a queue, in the segments of its memory. A record is a word that holds its kind and its size in bytes,
// and those bytes. Each begins at a multiple of 8. A position contains the number of a lap, and an offset in the
// segments: a lap lies in one segment, and the queue decides which segment the next lap lies in. Positions grow, and
// begin anew at 0 after the greatest. QueueCore decides who may touch which record.
class QueueRing {
 public:
  // A message that is larger than a segment is a first piece, middle ones, and a last one.
  enum class Kind : std::uint64_t { whole, first, middle, last };
  struct Record {
    Kind kind;
    std::uint64_t size_bytes;
    std::uint64_t end;  // position
  };

  QueueRing(const GrowingMapping& memory, unsigned first_bits, int segments)
      : memory_(memory),
        sizes_(first_bits),
        first_bits_(first_bits),
        offset_bits_(first_bits + unsigned(segments) - 1) {}

  std::uint64_t lap_of(std::uint64_t position) const { return position >> offset_bits_; }
  int segment_of(std::uint64_t position) const { return width(offset(position) >> first_bits_); }
  std::uint64_t begin_of(std::uint64_t lap, int segment) const { return lap << offset_bits_ | sizes_.begin(segment); }
  std::uint64_t end_bytes(int segment) const { return sizes_.end(segment); }

  static bool is_before(std::uint64_t position, std::uint64_t other) {
    return static_cast<std::int64_t>(other - position) > 0;
  }
  static std::uint64_t record_bytes(std::uint64_t size_bytes) { return header_bytes + round_up_to_8(size_bytes); }
  // A record never ends where its segment ends: that position is in the next one.
  bool has_room(std::uint64_t position, std::uint64_t record_bytes) const {
    return offset(position) + record_bytes < sizes_.end(segment_of(position));
  }
  int smallest_segment(std::uint64_t record_bytes) const {
    return record_bytes >> first_bits_ == 0 ? 0 : 1 + width(record_bytes >> first_bits_);
  }
  std::uint64_t most_bytes(int segment) const { return sizes_.bytes(segment) - 2 * header_bytes; }  // of a message

  // For these functions the record's segment must be mapped.
  Record record_at(std::uint64_t position) const {
    std::uint64_t word = 0;
    std::memcpy(&word, at(position), sizeof word);
    const std::uint64_t size_bytes = word >> kind_bits;
    return {static_cast<Kind>(word & ((1U << kind_bits) - 1)), size_bytes, position + record_bytes(size_bytes)};
  }
  // Returns the position behind the record.
  std::uint64_t write(std::uint64_t position, Kind kind, ByteSource& source, std::size_t size_bytes) const {
    const std::uint64_t word = std::uint64_t{size_bytes} << kind_bits | static_cast<std::uint64_t>(kind);
    std::memcpy(at(position), &word, sizeof word);
    source.read(at(position) + header_bytes, size_bytes);
    return position + record_bytes(size_bytes);
  }
  // Appends the bytes of the record at this position.
  void read(std::uint64_t position, const Record& record, Bytes& into) const {
    Bytes::Segment& segment = into.writable_segment(record.size_bytes);
    std::memcpy(segment.data.get() + segment.size_bytes, at(position) + header_bytes, record.size_bytes);
    into.wrote(record.size_bytes);
  }

 private:
  static constexpr std::uint64_t header_bytes = 8;
  static constexpr unsigned kind_bits = 2;

  static int width(std::uint64_t number) { return 64 - std::countl_zero(number); }
  std::uint64_t offset(std::uint64_t position) const { return position & ((std::uint64_t{1} << offset_bits_) - 1); }
  std::byte* at(std::uint64_t position) const {
    const int segment = segment_of(position);
    return memory_.segment(segment) + (offset(position) - sizes_.begin(segment));
  }

  const GrowingMapping& memory_;
  const SegmentSizes sizes_;
  const unsigned first_bits_;
  const unsigned offset_bits_;
};

}  // namespace multiprocessing::detail
