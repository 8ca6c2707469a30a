// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/bytes.hpp>

#include "shm/byte_ring.hpp"

#include <algorithm>

namespace multiprocessing::detail {

// The records of a queue in its ring: a word that says what it is and how many bytes follow, and those. Each begins at
// a multiple of 8. Who may touch which is QueueCore's to say.
class QueueRing {
 public:
  // A message that is larger than the ring is a first piece, others, and a last one. A gap leads to where the ring
  // begins.
  enum class Kind : std::uint64_t { whole, first, middle, last, gap };
  struct Record {
    Kind kind;
    std::uint64_t size_bytes;
    std::uint64_t end;  // position
  };

  QueueRing(std::byte* data, std::size_t size_bytes) : ring_(data, size_bytes) {}

  std::size_t size_bytes() const { return ring_.size_bytes(); }
  std::uint64_t offset(std::uint64_t position) const { return size_bytes() - ring_.contiguous_bytes(position); }
  static std::uint64_t record_bytes(std::uint64_t size_bytes) { return header_bytes + round_up_to_8(size_bytes); }

  Record record_at(std::uint64_t position) const {
    std::uint64_t word = 0;
    std::memcpy(&word, ring_.at(position), sizeof word);
    const std::uint64_t size_bytes = word >> kind_bits;
    return {static_cast<Kind>(word & ((1U << kind_bits) - 1)), size_bytes, position + record_bytes(size_bytes)};
  }
  // The position behind it.
  std::uint64_t write_header(std::uint64_t position, Kind kind, std::uint64_t size_bytes) const {
    const std::uint64_t word = size_bytes << kind_bits | static_cast<std::uint64_t>(kind);
    std::memcpy(ring_.at(position), &word, sizeof word);
    return position + record_bytes(size_bytes);
  }
  std::uint64_t write(std::uint64_t position, Kind kind, ByteSource& source, std::size_t size_bytes) const {
    std::uint64_t to = position + header_bytes;
    for (std::size_t left = size_bytes; left != 0;) {
      const std::size_t part_bytes = std::min(left, ring_.contiguous_bytes(to));
      source.read(ring_.at(to), part_bytes);
      to += part_bytes;
      left -= part_bytes;
    }
    return write_header(position, kind, size_bytes);
  }
  // Appends what the record at this position holds.
  void read(std::uint64_t position, const Record& record, Bytes& into) const {
    Bytes::Segment& segment = into.writable_segment(record.size_bytes);
    std::byte* to = segment.data.get() + segment.size_bytes;
    std::uint64_t from = position + header_bytes;
    for (std::size_t left = record.size_bytes; left != 0;) {
      const std::size_t part_bytes = std::min(left, ring_.contiguous_bytes(from));
      std::memcpy(to, ring_.at(from), part_bytes);
      to += part_bytes;
      from += part_bytes;
      left -= part_bytes;
    }
    into.wrote(record.size_bytes);
  }

 private:
  static constexpr std::uint64_t header_bytes = 8;
  static constexpr unsigned kind_bits = 3;

  ByteRing ring_;
};

}  // namespace multiprocessing::detail
