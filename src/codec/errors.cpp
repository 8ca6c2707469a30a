// SPDX-License-Identifier: MIT
#include <multiprocessing/errors.hpp>

#include "os/thrown_type.hpp"

#include <utility>

namespace multiprocessing {
namespace {

constexpr int deepest_described = 100;  // a chain may lead back to itself

// The line for the exception that is being handled, and the exception that is nested in it.
std::pair<std::string, std::exception_ptr> describe_one() {
  std::exception_ptr nested;
  try {
    throw;
  } catch (const std::nested_exception& error) {
    nested = error.nested_ptr();
  } catch (...) {
  }

  const std::type_info* type = detail::thrown_type();
  const std::string type_name = type == nullptr ? "an exception that is not of C++" : detail::demangled(type->name());
  try {
    throw;
  } catch (const RemoteError& error) {
    const std::string text = error.what();
    if (text.empty() && error.type_name().empty()) return {type_name, nested};  // it came damaged
    return {text == error.type_name() ? text : error.type_name() + ": " + text, nested};
  } catch (const std::exception& error) {
    const char* text = error.what();
    return {text == nullptr || *text == '\0' ? type_name : text, nested};
  } catch (const std::string& text) {
    return {type_name + ": " + text, nested};
  } catch (const char* text) {
    return {text == nullptr ? type_name : type_name + ": " + text, nested};
  } catch (...) {
    return {type_name, nested};
  }
}

}  // namespace

ProcessError::~ProcessError() = default;
TimeoutError::~TimeoutError() = default;
DeadlineExceeded::~DeadlineExceeded() = default;
CancelledError::~CancelledError() = default;
BrokenBarrierError::~BrokenBarrierError() = default;
BrokenPool::~BrokenPool() = default;
Empty::~Empty() = default;
EOFError::~EOFError() = default;
Full::~Full() = default;
StopIteration::~StopIteration() = default;
PicklingError::~PicklingError() = default;
MaybeEncodingError::~MaybeEncodingError() = default;
WorkerLost::~WorkerLost() = default;
RemoteError::~RemoteError() = default;
RemoteTraceback::~RemoteTraceback() = default;

WorkerLost::WorkerLost(const std::string& what, std::size_t index, pid_t pid, std::optional<int> signal,
                       std::optional<int> exit_code)
    : ProcessError(what), index_(index), pid_(pid), signal_(signal), exit_code_(exit_code) {}

RemoteError::RemoteError(const std::string& what, std::string type_name)
    : ProcessError(what), type_name_(std::move(type_name)) {}

std::string describe(std::exception_ptr error) {
  if (!error) return "no error";

  std::string text;
  std::string first;
  for (int depth = 0; error && depth < deepest_described; ++depth) {
    try {
      std::rethrow_exception(error);
    } catch (...) {
      auto [told, nested] = describe_one();
      // Our own errors end with the first line of the reason that is nested in them.
      const std::string line = told.substr(0, told.find('\n'));
      if (depth == 0) {
        first = text = told;
      } else if (first.ends_with(": " + line)) {
        text += told.substr(line.size());
      } else {
        text += '\n' + told;
      }
      error = std::move(nested);
    }
  }
  return text;
}

}  // namespace multiprocessing
