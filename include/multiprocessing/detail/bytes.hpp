// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/export.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace multiprocessing::detail {

// For memory that is about to be filled for the first time: if it is large, it comes in huge pages, if there are any.
// Most of what such memory costs is page faults.
MULTIPROCESSING_EXPORT void prepare_memory(void* memory, std::size_t size_bytes) noexcept;

// Thrown if bytes end too soon or contradict themselves: they were damaged, or a type reads more than it wrote.
class MULTIPROCESSING_EXPORT MalformedBytes : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
  ~MalformedBytes() override;
};

// Notes each name of shared memory that is written to a sink, if the names must outlive the process that writes. `file`
// distinguishes the memory from another one that has the same name later.
class MULTIPROCESSING_EXPORT SentNames {
 public:
  virtual void note(const std::string& name, std::uint64_t file) = 0;

 protected:
  SentNames() = default;
  ~SentNames() = default;
};

// Bytes are written here: into a window of memory that is filled in place; overflow() gets those that do not fit. One
// thread at a time. The implementation says whether write() blocks, and what it throws.
class MULTIPROCESSING_EXPORT ByteSink {
 public:
  ByteSink(const ByteSink&) = delete;
  ByteSink& operator=(const ByteSink&) = delete;
  void write(const void* data, std::size_t size_bytes) {
    if (size_bytes > static_cast<std::size_t>(end_ - cursor_))
      return overflow(static_cast<const std::byte*>(data), size_bytes);
    if (size_bytes != 0) std::memcpy(cursor_, data, size_bytes);
    cursor_ += size_bytes;
  }
  void names_to(SentNames* names) { names_ = names; }  // null, the default: names are not noted
  SentNames* names() const { return names_; }

 protected:
  ByteSink() = default;
  virtual ~ByteSink();
  virtual void overflow(const std::byte* data, std::size_t size_bytes) = 0;  // writes all of it
  std::byte* cursor_ = nullptr;
  std::byte* end_ = nullptr;

 private:
  SentNames* names_ = nullptr;
};

// Bytes are read here: from a window of memory; underflow() gets those behind it. `remaining_bytes` counts to the end
// of the message: a size can be refused before anything is allocated for it.
class MULTIPROCESSING_EXPORT ByteSource {
 public:
  ByteSource(const ByteSource&) = delete;
  ByteSource& operator=(const ByteSource&) = delete;
  void read(void* data, std::size_t size_bytes) {
    if (size_bytes > static_cast<std::size_t>(end_ - cursor_))
      return underflow(static_cast<std::byte*>(data), size_bytes);
    if (size_bytes != 0) std::memcpy(data, cursor_, size_bytes);
    cursor_ += size_bytes;
  }
  std::size_t remaining_bytes() const { return static_cast<std::size_t>(end_ - cursor_) + behind_bytes_; }

 protected:
  ByteSource() = default;
  virtual ~ByteSource();
  virtual void underflow(std::byte* data, std::size_t size_bytes) = 0;  // reads all of it, or throws MalformedBytes
  const std::byte* cursor_ = nullptr;
  const std::byte* end_ = nullptr;
  std::size_t behind_bytes_ = 0;  // of the message, not in the window
};

struct FreeUnlessLent {
  bool is_lent = false;
  void operator()(std::byte* data) const {
    if (!is_lent) delete[] data;
  }
};

// Bytes that grow by segments, so that a large message is never copied to make room for more. Moves, never copies.
class MULTIPROCESSING_EXPORT Bytes {
 public:
  struct Segment {
    std::unique_ptr<std::byte[], FreeUnlessLent> data;
    std::size_t size_bytes = 0;
    std::size_t capacity_bytes = 0;
  };
  Bytes() = default;
  Bytes(Bytes&& other) noexcept
      : first_(std::exchange(other.first_, {})),
        more_(std::move(other.more_)),
        size_bytes_(std::exchange(other.size_bytes_, 0)) {}
  Bytes& operator=(Bytes&& other) noexcept {
    first_ = std::exchange(other.first_, {});
    more_ = std::move(other.more_);
    size_bytes_ = std::exchange(other.size_bytes_, 0);
    return *this;
  }
  // Refers to memory that its owner leaves as it is, and keeps, as long as these Bytes are there. Nothing is appended.
  static Bytes lent(const void* data, std::size_t size_bytes);
  void append(const void* data, std::size_t size_bytes);
  std::size_t size_bytes() const { return size_bytes_; }
  std::size_t segment_count() const { return first_.capacity_bytes == 0 ? 0 : 1 + (more_ ? more_->size() : 0); }
  const Segment& segment(std::size_t index) const { return index == 0 ? first_ : (*more_)[index - 1]; }
  Segment& writable_segment(std::size_t at_least_bytes);  // the last one if it has room, or a new one
  void truncate(std::size_t size_bytes);                  // drops what is behind the first `size_bytes`
  void wrote(std::size_t size_bytes) { last().size_bytes += size_bytes, size_bytes_ += size_bytes; }

 private:
  Segment& last() { return more_ ? more_->back() : first_; }
  Segment first_;  // most messages have only this one; then there is no vector
  std::unique_ptr<std::vector<Segment>> more_;
  std::size_t size_bytes_ = 0;
};

// Writes at the end of Bytes, in place. Call finish() before the Bytes are used in another way; then more may be
// written.
class MULTIPROCESSING_EXPORT BytesSink final : public ByteSink {
 public:
  explicit BytesSink(Bytes& bytes) : bytes_(bytes) {}
  std::byte* place(std::size_t size_bytes);  // the next bytes, in one piece, to be filled in later
  void rewind(std::size_t written_bytes);    // forgets all bytes behind these
  std::size_t written_bytes() const;  // all bytes of the Bytes, also those before this sink, and those not yet finished
  void finish();

 private:
  void overflow(const std::byte* data, std::size_t size_bytes) override;
  void open_window(Bytes::Segment& segment);
  Bytes& bytes_;
  std::byte* begin_ = nullptr;
};

// Writes into memory that is given. std::length_error if the bytes do not fit.
class MULTIPROCESSING_EXPORT FixedSink final : public ByteSink {
 public:
  FixedSink(std::byte* data, std::size_t size_bytes) { cursor_ = data, end_ = data + size_bytes; }

 private:
  void overflow(const std::byte* data, std::size_t size_bytes) override;
};

MULTIPROCESSING_EXPORT void copy_to(const Bytes& bytes, ByteSink& sink);

// Reads `size_bytes` of memory, or all of Bytes, from the start. Either must outlive it.
class MULTIPROCESSING_EXPORT BytesSource final : public ByteSource {
 public:
  BytesSource(const std::byte* data, std::size_t size_bytes);
  explicit BytesSource(const Bytes& bytes);

 private:
  void underflow(std::byte* data, std::size_t size_bytes) override;
  const Bytes* bytes_ = nullptr;
  std::size_t next_segment_ = 0;
};

}  // namespace multiprocessing::detail
