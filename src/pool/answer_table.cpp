// SPDX-License-Identifier: MIT
#include "pool/answer_table.hpp"

#include <algorithm>
#include <iterator>
#include <stdexcept>
#include <string>

namespace multiprocessing::detail {

void AnswerTable::expect(std::size_t items) {
  if (owner_ != nullptr) {
    if (items > given_count_) {
      throw std::length_error("the range has at least " + std::to_string(items) + " items, but its size() says " +
                              std::to_string(given_count_));
    }
  } else if (fixed_size_bytes_ != 0) {
    while (items > few_values_ + many_.size() * block_values) {
      many_.push_back(std::make_unique_for_overwrite<std::byte[]>(block_values * fixed_size_bytes_));
    }
  } else if (keep_ != Keep::as_they_come) {
    answers_.extend_to(items);
  } else {
    answers_.make_room(items - ended_);
  }
  expected_ = items;  // last: nobody must wait for items for which there was no memory
}

void AnswerTable::put_failures(std::size_t first, std::size_t count, const std::exception_ptr& error) noexcept {
  if (fixed_size_bytes_ == 0) {
    for (std::size_t index = first; index != first + count; ++index) {
      put(index, {.kind = ByteAnswer::Kind::failure, .error = error});
    }
    return;
  }
  try {
    if (!failures_) failures_ = std::make_unique<std::map<std::size_t, Failures>>();
    failures_->emplace(first, Failures{count, error});
  } catch (const std::bad_alloc&) {
    spoil(first, count, error);
  }
  ended_ += count;
  failed_ = true;
}

void AnswerTable::spoil(std::size_t first, std::size_t count, const std::exception_ptr& error) noexcept {
  spoilt_first_ = spoilt_by_ ? std::min(spoilt_first_, first) : first;
  spoilt_end_ = std::max(spoilt_end_, first + count);
  if (!spoilt_by_) spoilt_by_ = error;
}

const std::exception_ptr* AnswerTable::failure_of(std::size_t index) const {
  if (spoilt_by_ && index >= spoilt_first_ && index < spoilt_end_) return &spoilt_by_;
  if (!failures_) return nullptr;
  const auto behind = failures_->upper_bound(index);
  if (behind == failures_->begin()) return nullptr;
  const auto& [first, failures] = *std::prev(behind);
  return index - first < failures.count ? &failures.error : nullptr;
}

void AnswerTable::put(std::size_t index, ByteAnswer answer) noexcept {
  if (fixed_size_bytes_ != 0 && answer.kind == ByteAnswer::Kind::value) {
    BytesSource(answer.bytes).read(value_at(index), fixed_size_bytes_);
    ++ended_;
    return;
  }
  const bool failed = answer.kind != ByteAnswer::Kind::value;
  if (keep_ == Keep::as_they_come) {
    answers_.push_back({std::move(answer), index});
  } else if (fixed_size_bytes_ == 0) {
    answers_[index].answer = std::move(answer);
  } else {
    try {
      if (!exceptions_) exceptions_ = std::make_unique<std::map<std::size_t, ByteAnswer>>();
      exceptions_->emplace(index, std::move(answer));
    } catch (const std::bad_alloc&) {
      spoil(index, 1, std::current_exception());
    }
  }
  ++ended_;
  failed_ = failed_ || failed;
}

bool AnswerTable::has(std::size_t index) const {
  return index >= answers_.begin() && index < answers_.end() &&
         answers_[index].answer.kind != ByteAnswer::Kind::pending;
}

bool AnswerTable::take_fixed(std::size_t index, void* value) const {
  if (fixed_size_bytes_ == 0 || failure_of(index) != nullptr || (exceptions_ && exceptions_->contains(index))) {
    return false;
  }
  std::memcpy(value, value_at(index), fixed_size_bytes_);
  return true;
}

ByteAnswer AnswerTable::take(std::size_t index) {
  if (fixed_size_bytes_ != 0) {
    if (exceptions_ && exceptions_->contains(index)) return std::move(exceptions_->at(index));
    if (const std::exception_ptr* error = failure_of(index)) {
      return {.kind = ByteAnswer::Kind::failure, .error = *error};
    }
    ByteAnswer answer{.kind = ByteAnswer::Kind::value};
    answer.bytes.append(value_at(index), fixed_size_bytes_);
    return answer;
  }
  return keep_ == Keep::all ? std::move(answers_[index].answer) : answers_.pop_front().answer;
}

bool AnswerTable::copy_all_fixed(void* values) const {
  if (fixed_size_bytes_ == 0 || failed_) return false;
  auto to = static_cast<std::byte*>(values);
  for (std::size_t index = 0; index < expected_;) {
    const std::size_t count = std::min(end_of_block(index), expected_) - index;
    std::memcpy(to, value_at(index), count * fixed_size_bytes_);
    to += count * fixed_size_bytes_;
    index += count;
  }
  return true;
}

}  // namespace multiprocessing::detail
