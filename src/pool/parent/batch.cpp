// SPDX-License-Identifier: MIT
#include "pool/parent/group_call.hpp"

#include <algorithm>

namespace multiprocessing::detail {
namespace {

void advance(const Bytes& bytes, BytesPosition& place, std::size_t size_bytes) {
  while (size_bytes != 0) {
    const std::size_t here = bytes.segment(place.segment).size_bytes - place.offset_bytes;
    if (here > size_bytes) {
      place.offset_bytes += size_bytes;
      return;
    }
    size_bytes -= here;
    ++place.segment;
    place.offset_bytes = 0;
  }
}

}  // namespace

void copy_from(const Bytes& bytes, BytesPosition& place, std::byte* to, std::size_t size_bytes) {
  while (size_bytes != 0) {
    const Bytes::Segment& segment = bytes.segment(place.segment);
    const std::size_t part = std::min(size_bytes, segment.size_bytes - place.offset_bytes);
    std::memcpy(to, segment.data.get() + place.offset_bytes, part);
    to += part;
    size_bytes -= part;
    advance(bytes, place, part);
  }
}

Batch::Extent Batch::measure(std::size_t limit_items, std::size_t limit_bytes) const {
  const std::size_t fixed = call().function.type->item_size_bytes;
  const std::size_t most = std::max<std::size_t>(std::min(limit_items, count), 1);
  if (fixed != 0) {
    const std::size_t items = std::clamp<std::size_t>(limit_bytes / fixed, 1, most);
    return {items, items * fixed};
  }
  Extent extent;
  BytesPosition at = place;
  const Bytes& bytes = work->chunk.bytes;
  while (extent.items != most) {
    std::uint64_t length = 0;
    std::memcpy(&length, bytes.segment(at.segment).data.get() + at.offset_bytes, sizeof length);
    const std::size_t size = sizeof length + length;
    if (extent.items != 0 && extent.bytes + size > limit_bytes) break;
    ++extent.items;
    extent.bytes += size;
    advance(bytes, at, size);
  }
  return extent;
}

Batch Batch::split_front(const Extent& front) {
  Batch taken{work, first, front.items, place};
  advance(work->chunk.bytes, place, front.bytes);
  first += front.items;
  count -= front.items;
  return taken;
}

}  // namespace multiprocessing::detail
