// SPDX-License-Identifier: MIT
#include <multiprocessing/detail/system_values.hpp>

#include "codec/error_categories.hpp"

#include <multiprocessing/errors.hpp>

#include <string>

namespace multiprocessing::detail {

void save_exception(const std::exception_ptr& error, ByteSink& sink) {
  encode_plain(sink, error != nullptr);
  if (error) encode_exception(error, "", sink);
}

std::exception_ptr load_exception(ByteSource& source) {
  unsigned char is_there = 0;
  decode_plain(source, is_there);
  if (is_there > 1) throw MalformedBytes("a std::exception_ptr neither holds an exception nor is null");
  return is_there == 1 ? decode_exception(source) : nullptr;
}

void save_error(const std::error_category& category, int value, ByteSink& sink) {
  const std::size_t number = number_of_category(category);
  if (standard_category(number) == nullptr) {
    throw PicklingError("the category '" + std::string(category.name()) +
                        "' of an error code is not of the standard library: only those categories are known by name in "
                        "every process; send its value() and its message()");
  }
  encode_plain(sink, static_cast<unsigned char>(number));
  encode_plain(sink, value);
}

std::error_code load_error(ByteSource& source) {
  unsigned char number = 0;
  int value = 0;
  decode_plain(source, number);
  decode_plain(source, value);
  const std::error_category* const category = standard_category(number);
  if (category == nullptr) throw MalformedBytes("there is no such error category");
  return {value, *category};
}

}  // namespace multiprocessing::detail
