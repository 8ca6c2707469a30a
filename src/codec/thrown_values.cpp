// SPDX-License-Identifier: MIT
#include "codec/exception_form.hpp"

#include "codec/interned_text.hpp"

#include <multiprocessing/detail/archive.hpp>
#include <multiprocessing/errors.hpp>

namespace multiprocessing::detail {
namespace {

template <class T>
struct NumberData {
  static void save(const T& value, ByteSink& sink) { encode(sink, value); }
  static T load(const std::string&, ByteSource& source) {
    if constexpr (std::is_same_v<T, bool>) {
      const auto byte = decode<unsigned char>(source);
      if (byte > 1) throw MalformedBytes("a bool is neither true nor false");
      return byte == 1;
    } else {
      return decode<T>(source);
    }
  }
};

template <class T>
constexpr ExceptionType number() {
  return with_data<T, NumberData<T>>();
}

struct StringData {
  static void save(const std::string& value, ByteSink& sink) { encode(sink, value); }
  static std::string load(const std::string&, ByteSource& source) { return decode<std::string>(source); }
};

// A pointer owns nothing, so its text is interned. A text that cannot be interned arrives as a RemoteError.
constexpr ExceptionType literal() {
  return {&typeid(const char*), &typeid(const char*),
          [](ByteSink& sink) {
            try {
              throw;
            } catch (const char* text) {
              encode(sink, std::string(text == nullptr ? "" : text));
            }
          },
          [](const std::string&, ByteSource& source, const std::exception_ptr& nested) {
            const auto text = decode<std::string>(source);
            const char* kept = interned_text(text);
            return kept == nullptr ? nest(RemoteError(text, "char const*"), nested) : nest(kept, nested);
          }};
}

constinit const ExceptionType types[] = {
    number<bool>(),    number<char>(),           number<signed char>(), number<unsigned char>(),
    number<wchar_t>(), number<char8_t>(),        number<char16_t>(),    number<char32_t>(),
    number<short>(),   number<unsigned short>(), number<int>(),         number<unsigned int>(),
    number<long>(),    number<unsigned long>(),  number<long long>(),   number<unsigned long long>(),
    number<float>(),   number<double>(),         number<long double>(), with_data<std::string, StringData>(),
    literal(),
};

}  // namespace

std::span<const ExceptionType> thrown_values() noexcept { return types; }

}  // namespace multiprocessing::detail
