// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/bytes.hpp>
#include <multiprocessing/detail/export.hpp>

#include <atomic>
#include <exception>
#include <string>
#include <typeinfo>

namespace multiprocessing::detail {

// Writes the exception and all that is nested in it, with `traceback` as the text of the RemoteTraceback that the
// parent will nest in it. Runs in a worker. If a registered type's own save() throws, only its type and text are sent.
// Throws what the sink throws.
MULTIPROCESSING_EXPORT void encode_exception(const std::exception_ptr& error, const std::string& traceback,
                                             ByteSink& sink);

// The exception that encode_exception wrote: of dynamic type E + std::nested_exception if E allows that. A
// RemoteTraceback is nested in it (unless its text is empty), and in that the exceptions that were nested in E. Throws
// MalformedBytes for any bytes that make no sense: they come from a worker and are not trusted. If a registered type
// cannot be loaded, it returns a RemoteError with E's text.
MULTIPROCESSING_EXPORT std::exception_ptr decode_exception(ByteSource& source);

// The same exception, with a nested RemoteTraceback of this text, which nests what was nested before; of a final class,
// the text is added to what(). The error itself if that would lose its type, its code or the text.
std::exception_ptr with_traceback(const std::exception_ptr& error, const std::string& traceback);

// How one type of exception travels.
struct ExceptionType {
  const std::type_info* type;
  const std::type_info* retold_type;  // the other dynamic type that decode makes (see rethrowable.hpp)
  // Writes the exception that is being handled; it must be of one of these types.
  void (*encode)(ByteSink& sink);
  // The same exception with `text` as its what(), and `nested` (unless it is null) nested in it.
  std::exception_ptr (*decode)(const std::string& text, ByteSource& source, const std::exception_ptr& nested);
};

// One static object for each registered type, never destroyed. The registry is a list that only grows: it needs no
// lock, which another thread could hold at a fork.
struct RegisteredException {
  ExceptionType type;
  RegisteredException* next = nullptr;
  std::atomic<bool> listed = false;
};
MULTIPROCESSING_EXPORT void register_exception_type(RegisteredException& registered) noexcept;

}  // namespace multiprocessing::detail
