// SPDX-License-Identifier: MIT
#include <multiprocessing/detail/pool_core.hpp>

#include <algorithm>
#include <limits>

namespace multiprocessing::detail {
namespace {

// Of an input whose length is not known: it pays off to send the first ones at once, and later ones by more.
std::size_t chunk_after(std::size_t items) { return std::clamp<std::size_t>(items / 16, 1, 4096); }

}  // namespace

PoolCore::~PoolCore() = default;
ByteCore::~ByteCore() = default;
ByteCall::~ByteCall() = default;

ChunkWriter::ChunkWriter(std::shared_ptr<ByteCore> core, std::shared_ptr<ByteCall> call, std::size_t chunksize,
                         std::size_t item_size_bytes)
    : core_(std::move(core)),
      call_(std::move(call)),
      chunksize_(chunksize),
      wanted_(std::max<std::size_t>(chunksize, 1)),
      item_size_bytes_(item_size_bytes),
      sink_(chunk_.bytes) {}

void ChunkWriter::begin_length() {
  item_begin_ = sink_.written_bytes();
  length_ = sink_.place(sizeof(std::uint64_t));
}

void ChunkWriter::end_length() {
  const std::uint64_t length = sink_.written_bytes() - item_begin_ - sizeof length;
  std::memcpy(length_, &length, sizeof length);
}

void ChunkWriter::refuse_item(std::exception_ptr reason) {
  sink_.rewind(item_begin_);
  flush();
  core_->refuse(*call_, std::move(reason));
  ++chunk_.first;
}

void ChunkWriter::write_run(const void* items, std::size_t count) {
  auto from = static_cast<const std::byte*>(items);
  while (count != 0) {
    const std::size_t part = std::min(count, wanted_ - chunk_.count);
    sink_.write(from, part * item_size_bytes_);
    from += part * item_size_bytes_;
    count -= part;
    chunk_.count += part;
    if (chunk_.count >= wanted_) flush();
  }
}

void ChunkWriter::hand_over(bool is_last) {
  if (chunk_.count == 0) return;
  sink_.finish();
  const std::size_t next = items();
  core_->submit(*call_, std::move(chunk_), is_last);
  chunk_ = Chunk{.bytes = {}, .first = next, .count = 0};
  sink_.rewind(0);
  if (chunksize_ == 0) wanted_ = chunk_after(next);
}

void ChunkWriter::end() {
  if (chunk_.count != 0) return hand_over(true);
  core_->end_input(*call_);
}

}  // namespace multiprocessing::detail
