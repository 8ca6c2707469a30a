// SPDX-License-Identifier: MIT
#include "codec/exception_form.hpp"

#include <multiprocessing/detail/archive.hpp>
#include <multiprocessing/errors.hpp>

namespace multiprocessing::detail {
namespace {

// Writes 0, or 1 and the number: a std::optional may not be read from untrusted bytes as it is.
void save_optional(std::optional<int> value, ByteSink& sink) {
  encode(sink, static_cast<unsigned char>(value.has_value()));
  encode(sink, value.value_or(0));
}

std::optional<int> load_optional(ByteSource& source) {
  const auto has_value = decode<unsigned char>(source);
  const auto value = decode<int>(source);
  if (has_value > 1) throw MalformedBytes("a std::optional neither has a value nor lacks one");
  return has_value == 1 ? std::optional(value) : std::nullopt;
}

struct WorkerLostData {
  static void save(const WorkerLost& error, ByteSink& sink) {
    encode(sink, error.index());
    encode(sink, error.pid());
    save_optional(error.signal(), sink);
    save_optional(error.exit_code(), sink);
  }
  static WorkerLost load(const std::string& text, ByteSource& source) {
    const auto index = decode<std::size_t>(source);
    const auto pid = decode<pid_t>(source);
    const auto signal = load_optional(source);
    const auto exit_code = load_optional(source);
    return WorkerLost(text, index, pid, signal, exit_code);
  }
};

struct DeadlineExceededData {
  static void save(const DeadlineExceeded& error, ByteSink& sink) {
    encode(sink, error.index());
    encode(sink, error.pid());
  }
  static DeadlineExceeded load(const std::string& text, ByteSource& source) {
    const auto index = decode<std::size_t>(source);
    return DeadlineExceeded(text, index, decode<pid_t>(source));
  }
};

struct RemoteErrorData {
  static void save(const RemoteError& error, ByteSink& sink) { encode(sink, error.type_name()); }
  static RemoteError load(const std::string& text, ByteSource& source) {
    return RemoteError(text, decode<std::string>(source));
  }
};

// A task may use a pool of its own, and throw that pool's errors.
constinit const ExceptionType types[] = {
    text_only<ProcessError>(),
    text_only<BrokenBarrierError>(),
    text_only<Empty>(),
    text_only<EOFError>(),
    text_only<Full>(),
    text_only<TimeoutError>(),
    text_only<CancelledError>(),
    text_only<BrokenPool>(),
    text_only<StopIteration>(),
    text_only<PicklingError>(),
    text_only<MaybeEncodingError>(),
    text_only<RemoteTraceback>(),
    text_only<MalformedBytes>(),
    with_data<WorkerLost, WorkerLostData>(),
    with_data<DeadlineExceeded, DeadlineExceededData>(),
    with_data<RemoteError, RemoteErrorData>(),
};

}  // namespace

std::span<const ExceptionType> library_errors() noexcept { return types; }

}  // namespace multiprocessing::detail
