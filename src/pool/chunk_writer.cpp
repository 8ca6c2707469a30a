// SPDX-License-Identifier: MIT
#include <multiprocessing/detail/pool_core.hpp>

#include "pool/item_error.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace multiprocessing::detail {
namespace {

// What is handed over at a time: enough that locks and allocations cost little, not so much that workers wait for it.
constexpr std::size_t most_bytes = std::size_t{256} << 10;
constexpr std::size_t most_items = 512;  // that have lengths

}  // namespace

PoolCore::~PoolCore() = default;
ByteCore::~ByteCore() = default;
ByteCall::~ByteCall() = default;

ChunkWriter::ChunkWriter(ByteCore& core, ByteCall& call, std::size_t item_size_bytes, bool single)
    : core_(core), call_(call), wanted_(single ? 2 : 1), item_size_bytes_(item_size_bytes), sink_(chunk_.bytes) {}

void ChunkWriter::begin_length() {
  item_begin_ = sink_.written_bytes();
  length_ = sink_.place(sizeof(std::uint64_t));
}

void ChunkWriter::end_length() {
  const std::uint64_t length = sink_.written_bytes() - item_begin_ - sizeof length;
  std::memcpy(length_, &length, sizeof length);
  if (sink_.written_bytes() >= most_bytes) wanted_ = 1;  // large items: this one is the last of its chunk
}

std::exception_ptr ChunkWriter::drop_item(const std::exception_ptr& reason, const std::type_info& type) {
  const std::size_t begin = item_size_bytes_ == 0 ? item_begin_ : chunk_.count * item_size_bytes_;
  const std::size_t length = item_size_bytes_ == 0 ? sizeof(std::uint64_t) : 0;
  const std::size_t written = sink_.written_bytes() - begin;
  sink_.rewind(begin);  // before the text is made: memory may have run out
  return cannot_be_sent(reason, type, call_.first_index + items(), written - std::min(written, length));
}

void ChunkWriter::refuse_item(const std::exception_ptr& reason, const std::type_info& type) {
  const std::exception_ptr error = drop_item(reason, type);
  flush();
  core_.refuse(call_, error);
  ++chunk_.first;
}

void ChunkWriter::write_run(const void* items, std::size_t count, const std::type_info& type) {
  auto from = static_cast<const std::byte*>(items);
  try {
    while (count != 0) {
      const std::size_t part = std::min(count, wanted_ - chunk_.count);
      sink_.write(from, part * item_size_bytes_);
      from += part * item_size_bytes_;
      count -= part;
      chunk_.count += part;
      if (chunk_.count >= wanted_) flush();
    }
  } catch (const std::bad_alloc&) {
    std::rethrow_exception(drop_item(std::current_exception(), type));
  }
}

void ChunkWriter::lend_run(const void* items, std::size_t count) {
  flush();
  chunk_.bytes = Bytes::lent(items, count * item_size_bytes_);
  chunk_.count = count;
  flush();
}

void ChunkWriter::hand_over(bool is_last) {
  if (chunk_.count == 0) return;
  sink_.finish();
  // The chunk is taken out before submit(), which may fail for lack of memory: nothing of it may be handed over again.
  Chunk chunk = std::exchange(chunk_, Chunk{.bytes = {}, .first = chunk_.first, .count = 0});
  sink_.rewind(0);
  const std::size_t behind = chunk.first + chunk.count;
  core_.submit(call_, std::move(chunk), is_last);
  chunk_.first = behind;
  wanted_ = std::min(2 * wanted_, item_size_bytes_ != 0 ? most_bytes / item_size_bytes_ : most_items);
}

void ChunkWriter::end() {
  if (chunk_.count != 0) {
    hand_over(true);
  } else {
    core_.end_input(call_);
  }
  has_ended_ = true;
}

ChunkWriter::~ChunkWriter() {
  if (!has_ended_) core_.end_input(call_);
}

}  // namespace multiprocessing::detail
