// SPDX-License-Identifier: MIT
#include "pool/parent/partial_answer.hpp"

#include "pool/parent/taken_names.hpp"

#include <new>

namespace multiprocessing::detail {

bool PartialAnswer::add_name(const std::byte* data, std::size_t size_bytes) {
  try {
    auto passage = read_passage(data, size_bytes);
    if (passage) passages_.push_back(std::move(*passage));
    return passage.has_value();
  } catch (const std::bad_alloc&) {
    error_ = std::current_exception();
    return true;
  }
}

void PartialAnswer::move_names_to(ByteAnswer& answer) {
  try {
    answer.names = take_names(passages_);
    passages_.clear();
  } catch (...) {
    abandon_names();
    answer = {.kind = ByteAnswer::Kind::failure, .bytes = {}, .error = std::current_exception(), .names = {}};
  }
}

void PartialAnswer::abandon_names() {
  for (const NamePassage& passage : passages_) end_passage(passage.name.c_str(), passage.file, passage.number);
  passages_.clear();
}

}  // namespace multiprocessing::detail
