// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/cereal_archive.hpp>
#include <multiprocessing/detail/exception_codec.hpp>

#include <exception>
#include <system_error>

namespace multiprocessing::detail {

// Types of the standard library without public data members: exceptions are sent as those that a task throws, error
// codes by the name of their category. Saving a code whose category is not of the standard library throws
// PicklingError.

MULTIPROCESSING_EXPORT void save_exception(const std::exception_ptr& error, ByteSink& sink);
MULTIPROCESSING_EXPORT std::exception_ptr load_exception(ByteSource& source);
MULTIPROCESSING_EXPORT void save_error(const std::error_category& category, int value, ByteSink& sink);
MULTIPROCESSING_EXPORT std::error_code load_error(ByteSource& source);

inline void CEREAL_SAVE_FUNCTION_NAME(OutputArchive& archive, const std::exception_ptr& error) {
  save_exception(error, archive.sink());
}
inline void CEREAL_LOAD_FUNCTION_NAME(InputArchive& archive, std::exception_ptr& error) {
  error = load_exception(archive.source());
}
inline void CEREAL_SAVE_FUNCTION_NAME(OutputArchive& archive, const std::error_code& code) {
  save_error(code.category(), code.value(), archive.sink());
}
inline void CEREAL_LOAD_FUNCTION_NAME(InputArchive& archive, std::error_code& code) {
  code = load_error(archive.source());
}
inline void CEREAL_SAVE_FUNCTION_NAME(OutputArchive& archive, const std::error_condition& condition) {
  save_error(condition.category(), condition.value(), archive.sink());
}
inline void CEREAL_LOAD_FUNCTION_NAME(InputArchive& archive, std::error_condition& condition) {
  const std::error_code loaded = load_error(archive.source());
  condition.assign(loaded.value(), loaded.category());
}

}  // namespace multiprocessing::detail
