// SPDX-License-Identifier: MIT
#include <multiprocessing/detail/rethrowable.hpp>
#include <multiprocessing/errors.hpp>
#include <multiprocessing/register_exception.hpp>

#include <filesystem>
#include <future>
#include <ios>
#include <regex>
#include <system_error>

#include "codec/exception_types.hpp"
#include "fuzz/allocation_meter.hpp"
#include "fuzz/encoded_exception.hpp"

namespace multiprocessing::tests {
namespace {

using namespace multiprocessing::detail;

struct Registered {
  std::string text;
  std::vector<int> numbers;
  std::map<std::string, double> more;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(text, numbers, more);
  }
};

template <class... E>
void add(std::vector<Input>& samples, const E&... error) {
  (samples.push_back(encoded_exception(std::make_exception_ptr(error))), ...);
}

std::vector<Input> samples() {
  register_exception<Registered>();
  const std::error_code code(2, std::generic_category());
  std::vector<Input> all;
  add(all, std::runtime_error("text"), std::bad_alloc(), std::out_of_range(std::string(300, 'x')),
      std::system_error(code, "text"), std::system_error(5, std::system_category()),
      std::ios_base::failure("text", std::io_errc::stream), std::filesystem::filesystem_error("text", "/a", "/b", code),
      std::filesystem::filesystem_error("text", code), std::regex_error(std::regex_constants::error_paren),
      std::future_error(std::future_errc::no_state), BrokenPool("text"), RemoteError("text", "A::B"),
      WorkerLost("lost", 1, 2, 9, std::nullopt), WorkerLost("lost", 1, 2, std::nullopt, 3),
      DeadlineExceeded("late", 7, 8), Registered{"text", {1, 2, 3}, {{"a", 1}, {"b", 2}}});
  add<bool, char, wchar_t, short, int, unsigned long, float, long double>(all, true, 'c', L'w', 1, 2, 3, 4, 5);
  add<const char*, std::string>(all, "literal", "text");
  const auto inner = nest(std::logic_error("inner"), std::make_exception_ptr(7));
  all.push_back(encoded_exception(nest(std::system_error(code, "text"), nest(Registered{"middle", {}, {}}, inner))));
  return all;
}

// The whole chain, as who catches it would: each text and each kind of it.
void look_at(const std::exception_ptr& error, int depth) {
  require(depth < 110, "a chain is longer than one may be");
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& caught) {
    require(std::strlen(caught.what()) < SIZE_MAX, "a text has no end");
    if (const auto* code = dynamic_cast<const std::system_error*>(&caught)) {
      require(!code->code().message().empty(), "a code says nothing");
    }
    if (const auto* nested = dynamic_cast<const std::nested_exception*>(&caught)) {
      if (nested->nested_ptr()) look_at(nested->nested_ptr(), depth + 1);
    }
  } catch (const std::nested_exception& nested) {
    if (nested.nested_ptr()) look_at(nested.nested_ptr(), depth + 1);
  } catch (const char* text) {
    require(std::strlen(text) < SIZE_MAX, "a text has no end");
  } catch (...) {
  }
}

void fuzz_exception(std::span<const std::byte> input) {
  const AllocationMeter meter;
  std::exception_ptr error;
  try {
    BytesSource source(input.data(), input.size());
    error = decode_exception(source);
  } catch (const MalformedBytes&) {
  }
  meter.expect_for(input.size(), 32, 16384);
  if (error) look_at(error, 0);
}

}  // namespace

const FuzzTarget exception_target{"exception", fuzz_exception, samples};

}  // namespace multiprocessing::tests
