// SPDX-License-Identifier: MIT
#include "pool/answer_table.hpp"

namespace multiprocessing::detail {

void AnswerTable::expect(std::size_t items) {
  expected_ = items;
  if (fixed_size_bytes_ != 0) {
    values_.resize(items * fixed_size_bytes_);
  } else if (keep_ != Keep::as_they_come) {
    answers_.resize(items - taken_);
  }
}

void AnswerTable::put(std::size_t index, ByteAnswer answer) {
  if (fixed_size_bytes_ != 0 && answer.kind == ByteAnswer::Kind::value) {
    std::vector<std::byte> value(fixed_size_bytes_);
    BytesSource(answer.bytes).read(value.data(), value.size());
    return put_fixed(index, value.data());
  }
  ++ended_;
  failed_ = failed_ || answer.kind != ByteAnswer::Kind::value;
  if (keep_ == Keep::as_they_come) {
    order_.emplace_back(index, std::move(answer));
  } else if (fixed_size_bytes_ == 0) {
    answers_[index - taken_] = std::move(answer);
  } else {
    exceptions_.emplace(index, std::move(answer));
  }
}

bool AnswerTable::has(std::size_t index) const {
  return index >= taken_ && index - taken_ < answers_.size() &&
         answers_[index - taken_].kind != ByteAnswer::Kind::pending;
}

ByteAnswer AnswerTable::take(std::size_t index) {
  if (keep_ == Keep::as_they_come) {
    ByteAnswer answer = std::move(order_.front().second);
    order_.pop_front();
    return answer;
  }
  if (fixed_size_bytes_ != 0) {
    if (const auto found = exceptions_.find(index); found != exceptions_.end()) return std::move(found->second);
    ByteAnswer answer{.kind = ByteAnswer::Kind::value};
    answer.bytes.append(&values_[index * fixed_size_bytes_], fixed_size_bytes_);
    return answer;
  }
  ByteAnswer answer = std::move(answers_[index - taken_]);
  if (keep_ == Keep::in_order) {
    answers_.pop_front();
    ++taken_;
  }
  return answer;
}

bool AnswerTable::copy_all_fixed(void* values) const {
  if (fixed_size_bytes_ == 0 || failed_) return false;
  if (!values_.empty()) std::memcpy(values, values_.data(), values_.size());
  return true;
}

}  // namespace multiprocessing::detail
