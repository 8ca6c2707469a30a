// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/pool_core.hpp>

#include "pool/numbered_queue.hpp"

#include <algorithm>
#include <array>
#include <map>

namespace multiprocessing::detail {

// The answers of one call that have come and have not been taken. Whoever owns it locks.
// Values of a fixed size, all of them kept, lie side by side, so that they are copied as one.
class AnswerTable {
 public:
  AnswerTable(Keep keep, std::size_t fixed_size_bytes)
      : keep_(keep),
        fixed_size_bytes_(keep == Keep::all ? fixed_size_bytes : 0),
        few_values_(fixed_size_bytes_ == 0 ? 0 : few_bytes / fixed_size_bytes_) {}

  std::size_t fixed_size_bytes() const { return fixed_size_bytes_; }  // 0: each value is kept by itself
  // Before anything is handed in: puts the values of fixed size there. There will not be more items than that.
  void put_fixed_into(std::shared_ptr<void> owner, void* values, std::size_t count) {
    if (fixed_size_bytes_ == 0) return;
    owner_ = std::move(owner);
    given_ = static_cast<std::byte*>(values);
    given_count_ = count;
  }
  // So many in all have been handed in. Throws std::bad_alloc, and nothing has changed; what is put in after it needs
  // no more memory. std::length_error if they are more than there are places for.
  void expect(std::size_t items);
  std::size_t expected() const { return expected_; }
  std::size_t ended() const { return ended_; }
  bool failed() const { return failed_; }

  void put(std::size_t index, ByteAnswer answer) noexcept;
  // Where the values of fixed size from the first on are to be written, side by side; at most `most` of them.
  struct Places {
    std::byte* values;
    std::size_t count;
  };
  Places places(std::size_t first, std::size_t most) {
    return {value_at(first), std::min(most, end_of_block(first) - first)};
  }
  void wrote_fixed(std::size_t count) { ended_ += count; }  // there
  void put_failures(std::size_t first, std::size_t count,
                    const std::exception_ptr& error) noexcept;  // that end together
  bool has(std::size_t index) const;
  bool has_next() const { return !answers_.empty(); }
  std::size_t next() const { return answers_.front().index; }
  ByteAnswer take(std::size_t index);
  bool take_fixed(std::size_t index, void* value) const;  // false if it is an error
  bool copy_all_fixed(void* values) const;                // false if one is an error

 private:
  static constexpr std::size_t few_bytes = 16;
  struct Kept {
    ByteAnswer answer = {};
    std::size_t index = 0;  // if they are kept as they come
  };
  struct Failures {
    std::size_t count;
    std::exception_ptr error;
  };
  const std::exception_ptr* failure_of(std::size_t index) const;
  void spoil(std::size_t first, std::size_t count, const std::exception_ptr& error) noexcept;
  Keep keep_;
  std::size_t fixed_size_bytes_;
  std::size_t few_values_;
  std::size_t expected_ = 0;
  std::size_t ended_ = 0;
  bool failed_ = false;
  // Values side by side: where put_fixed_into() said; else in blocks that never move, the first few here, since most
  // calls have few.
  const std::byte* value_at(std::size_t index) const {
    if (given_ != nullptr) return given_ + index * fixed_size_bytes_;
    if (index < few_values_) return few_.data() + index * fixed_size_bytes_;
    const std::size_t place = index - few_values_;
    return many_[place / block_values].get() + place % block_values * fixed_size_bytes_;
  }
  std::size_t end_of_block(std::size_t index) const {  // the index behind it
    if (given_ != nullptr) return given_count_;
    if (index < few_values_) return few_values_;
    return index + block_values - (index - few_values_) % block_values;
  }
  std::byte* value_at(std::size_t index) { return const_cast<std::byte*>(std::as_const(*this).value_at(index)); }
  static constexpr std::size_t block_values = std::size_t{1} << 16;
  alignas(few_bytes) std::array<std::byte, few_bytes> few_;
  std::vector<std::unique_ptr<std::byte[]>> many_;
  std::shared_ptr<void> owner_;
  std::byte* given_ = nullptr;
  std::size_t given_count_ = 0;
  std::unique_ptr<std::map<std::size_t, ByteAnswer>> exceptions_;  // among the values of fixed size
  std::unique_ptr<std::map<std::size_t, Failures>> failures_;      // likewise, by their first index
  // Errors for which there was no memory: all from the first to the last of them count as failed.
  std::exception_ptr spoilt_by_;
  std::size_t spoilt_first_ = 0;
  std::size_t spoilt_end_ = 0;
  NumberedQueue<Kept> answers_;  // by index, or as they came; those at the front have been taken
};

}  // namespace multiprocessing::detail
