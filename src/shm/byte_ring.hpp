// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace multiprocessing::detail {

// Bytes that are addressed by positions that only grow; position p lies at p modulo the size. The ring knows no words
// and no waiting: the channel's protocol says who may touch which positions.
class ByteRing {
 public:
  ByteRing(std::byte* data, std::size_t size_bytes) : data_(data), mask_(size_bytes - 1) {}

  std::size_t size_bytes() const { return mask_ + 1; }
  std::byte* at(std::uint64_t position) const { return data_ + (position & mask_); }
  std::size_t contiguous_bytes(std::uint64_t position) const { return size_bytes() - (position & mask_); }

 private:
  std::byte* data_;
  std::size_t mask_;
};

inline constexpr std::uint64_t round_up_to_8(std::uint64_t bytes) { return (bytes + 7) & ~std::uint64_t{7}; }

}  // namespace multiprocessing::detail
