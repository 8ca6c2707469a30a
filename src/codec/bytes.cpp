// SPDX-License-Identifier: MIT
#include <multiprocessing/detail/bytes.hpp>
#include <multiprocessing/detail/rethrowable.hpp>

#include "os/large_memory.hpp"

#include <algorithm>
#include <string>

namespace multiprocessing::detail {
namespace {

constexpr std::size_t smallest_segment_bytes = 24;  // an allocation takes at least so much
constexpr std::size_t largest_growth_bytes = std::size_t{32} << 20;
constexpr std::size_t huge_pages_from_bytes = std::size_t{4} << 20;

Bytes::Segment make_segment(std::size_t capacity_bytes) {
  Bytes::Segment segment;
  try {
    segment.data.reset(new std::byte[capacity_bytes]);
  } catch (const std::bad_alloc&) {
    throw Retold(std::bad_alloc(), "std::bad_alloc: " + std::to_string(capacity_bytes) + " bytes were asked for");
  }
  segment.capacity_bytes = capacity_bytes;
  prepare_memory(segment.data.get(), capacity_bytes);
  return segment;
}

}  // namespace

void prepare_memory(void* memory, std::size_t size_bytes) noexcept {
  if (size_bytes >= huge_pages_from_bytes) prefer_huge_pages(memory, size_bytes);
}

MalformedBytes::~MalformedBytes() = default;
ByteSink::~ByteSink() = default;
ByteSource::~ByteSource() = default;

Bytes Bytes::lent(const void* data, std::size_t size_bytes) {
  Bytes bytes;
  bytes.first_.data = {const_cast<std::byte*>(static_cast<const std::byte*>(data)), FreeUnlessLent{true}};  // only read
  bytes.first_.size_bytes = bytes.first_.capacity_bytes = bytes.size_bytes_ = size_bytes;
  return bytes;
}

void Bytes::append(const void* data, std::size_t size_bytes) {
  auto from = static_cast<const std::byte*>(data);
  while (size_bytes != 0) {
    const bool has_room = last().size_bytes < last().capacity_bytes;
    Segment& segment = has_room ? last() : writable_segment(size_bytes);
    const std::size_t part_bytes = std::min(size_bytes, segment.capacity_bytes - segment.size_bytes);
    std::memcpy(segment.data.get() + segment.size_bytes, from, part_bytes);
    wrote(part_bytes);
    from += part_bytes;
    size_bytes -= part_bytes;
  }
}

Bytes::Segment& Bytes::writable_segment(std::size_t at_least_bytes) {
  if (last().capacity_bytes != 0 && last().capacity_bytes - last().size_bytes >= at_least_bytes) return last();
  const std::size_t growth_bytes = std::clamp(size_bytes_, smallest_segment_bytes, largest_growth_bytes);
  Segment segment = make_segment(std::max(at_least_bytes, growth_bytes));
  if (first_.capacity_bytes == 0) return first_ = std::move(segment);
  if (more_) return more_->emplace_back(std::move(segment));
  auto more = std::make_unique<std::vector<Segment>>();
  more->push_back(std::move(segment));
  more_ = std::move(more);
  return more_->back();
}

void Bytes::truncate(std::size_t size_bytes) {
  while (size_bytes_ > size_bytes) {
    const std::size_t excess_bytes = std::min(size_bytes_ - size_bytes, last().size_bytes);
    last().size_bytes -= excess_bytes;
    size_bytes_ -= excess_bytes;
    if (last().size_bytes == 0 && more_) more_->pop_back();
    if (more_ && more_->empty()) more_ = nullptr;
  }
}

std::byte* BytesSink::place(std::size_t size_bytes) {
  if (size_bytes > static_cast<std::size_t>(end_ - cursor_)) {
    finish();
    open_window(bytes_.writable_segment(size_bytes));
  }
  std::byte* const placed = cursor_;
  cursor_ += size_bytes;
  return placed;
}

void BytesSink::rewind(std::size_t written_bytes) {
  finish();
  bytes_.truncate(written_bytes);
  cursor_ = begin_ = end_ = nullptr;
}

void BytesSink::open_window(Bytes::Segment& segment) {
  cursor_ = begin_ = segment.data.get() + segment.size_bytes;
  end_ = segment.data.get() + segment.capacity_bytes;
}

std::size_t BytesSink::written_bytes() const {
  return bytes_.size_bytes() + static_cast<std::size_t>(cursor_ - begin_);
}

void BytesSink::finish() {
  if (cursor_ == begin_) return;
  bytes_.wrote(static_cast<std::size_t>(cursor_ - begin_));
  begin_ = cursor_;
}

void BytesSink::overflow(const std::byte* data, std::size_t size_bytes) {
  const auto room_bytes = static_cast<std::size_t>(end_ - cursor_);
  if (room_bytes != 0) std::memcpy(cursor_, data, room_bytes);
  cursor_ += room_bytes;
  finish();
  bytes_.append(data + room_bytes, size_bytes - room_bytes);

  open_window(bytes_.writable_segment(0));
}

void FixedSink::overflow(const std::byte*, std::size_t size_bytes) {
  throw std::length_error("there is no room for " + std::to_string(size_bytes) + " more bytes");
}

void copy_to(const Bytes& bytes, ByteSink& sink) {
  for (std::size_t index = 0; index != bytes.segment_count(); ++index) {
    sink.write(bytes.segment(index).data.get(), bytes.segment(index).size_bytes);
  }
}

BytesSource::BytesSource(const std::byte* data, std::size_t size_bytes) {
  cursor_ = data;
  end_ = data + size_bytes;
}

BytesSource::BytesSource(const Bytes& bytes) : bytes_(&bytes) { behind_bytes_ = bytes.size_bytes(); }

void BytesSource::underflow(std::byte* data, std::size_t size_bytes) {
  if (size_bytes > remaining_bytes()) throw MalformedBytes("the bytes end before the value does");

  while (size_bytes != 0) {
    if (cursor_ == end_) {
      const Bytes::Segment& segment = bytes_->segment(next_segment_++);
      cursor_ = segment.data.get();
      end_ = cursor_ + segment.size_bytes;
      behind_bytes_ -= segment.size_bytes;
    }
    const std::size_t part_bytes = std::min(size_bytes, static_cast<std::size_t>(end_ - cursor_));
    std::memcpy(data, cursor_, part_bytes);
    cursor_ += part_bytes;
    data += part_bytes;
    size_bytes -= part_bytes;
  }
}

}  // namespace multiprocessing::detail
