// SPDX-License-Identifier: MIT
#include "codec/error_categories.hpp"
#include "codec/exception_form.hpp"

#include <multiprocessing/detail/archive.hpp>

#include <filesystem>
#include <ios>
#include <system_error>
#include <utility>

namespace multiprocessing::detail {
namespace {

// Stands for a program's own category: its name does not identify it, and an address that a worker sent is not
// followed. The exception keeps its type, its text and the value of its code; the code equals no other.
class OtherCategory final : public std::error_category {
 public:
  const char* name() const noexcept override { return "a category of the worker"; }
  std::string message(int value) const override { return "error " + std::to_string(value) + " of " + name(); }
};

// Never destroyed: the program may still use an exception while it ends.
union KeptCategory {
  constexpr KeptCategory() : category() {}
  ~KeptCategory() {}
  OtherCategory category;
};
constinit const KeptCategory other;

void save_code(const std::error_code& code, ByteSink& sink) {
  encode(sink, static_cast<unsigned char>(number_of_category(code.category())));
  encode(sink, code.value());
}

std::error_code load_code(ByteSource& source) {
  const std::size_t number = decode<unsigned char>(source);
  const int value = decode<int>(source);
  if (const std::error_category* const category = standard_category(number)) return {value, *category};
  if (number != number_of_category(other.category)) throw MalformedBytes("there is no such error category");
  return {value, other.category};
}

// The text that the constructor was given, if what() is "given: message", which the constructor will write again.
std::string given_text(std::string text, const std::error_code& code) {
  const std::string added = ": " + code.message();
  if (text.ends_with(added)) text.resize(text.size() - added.size());
  return text;
}

struct SystemErrorData {
  static void save(const std::system_error& error, ByteSink& sink) { save_code(error.code(), sink); }
  static std::system_error load(const std::string& text, ByteSource& source) {
    const std::error_code code = load_code(source);
    if (text == code.message()) return std::system_error(code);
    return std::system_error(code, given_text(text, code));
  }
};

struct FailureData {
  static void save(const std::ios_base::failure& error, ByteSink& sink) { save_code(error.code(), sink); }
  static std::ios_base::failure load(const std::string& text, ByteSource& source) {
    const std::error_code code = load_code(source);
    return std::ios_base::failure(given_text(text, code), code);
  }
};

struct FilesystemErrorData {
  using Error = std::filesystem::filesystem_error;
  static void save(const Error& error, ByteSink& sink) {
    save_code(error.code(), sink);
    encode(sink, std::string(error.std::system_error::what()));  // without the paths
    encode(sink, error.path1().native());
    encode(sink, error.path2().native());
  }
  static Error load(const std::string& text, ByteSource& source) {
    const std::error_code code = load_code(source);
    const std::string given = given_text(decode<std::string>(source), code);
    const std::filesystem::path path1 = decode<std::string>(source);
    const std::filesystem::path path2 = decode<std::string>(source);
    // An empty path and no path are read alike, but their texts differ.
    if (Error error(given, path1, path2, code); !path2.empty() || text == error.what()) return error;
    if (Error error(given, path1, code); !path1.empty() || text == error.what()) return error;
    return Error(given, code);
  }
};

constinit const ExceptionType types[] = {
    with_data<std::system_error, SystemErrorData>(),
    with_data<std::ios_base::failure, FailureData>(),
    with_data<std::filesystem::filesystem_error, FilesystemErrorData>(),
};

}  // namespace

std::span<const ExceptionType> system_errors() noexcept { return types; }

}  // namespace multiprocessing::detail
