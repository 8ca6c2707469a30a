// SPDX-License-Identifier: MIT
#include <multiprocessing/detail/exception_codec.hpp>

#include "codec/exception_types.hpp"
#include "os/thrown_type.hpp"

#include <multiprocessing/detail/archive.hpp>
#include <multiprocessing/detail/rethrowable.hpp>
#include <multiprocessing/errors.hpp>

#include <cstdint>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace multiprocessing::detail {
namespace {

constexpr std::size_t deepest_chain = 100;  // a chain may lead back to itself; deeper exceptions are not sent

// One exception of a chain. It is self-contained: only if the parent knows the type can it make more of it than a
// RemoteError.
struct Link {
  std::string mangled_name;  // empty if only the type's name and the text are sent
  std::string type_name;     // demangled by the worker, because a demangler is not made for untrusted bytes
  std::string text;
  Bytes data;
};

// Keeps the names in an exception until it is known that the exception is sent.
struct LinkNames final : SentNames {
  std::vector<std::pair<std::string, std::uint64_t>> noted;
  void note(const std::string& name, std::uint64_t file) override { noted.emplace_back(name, file); }
};

void encode_data(const ExceptionType& type, Link& link, SentNames* names) {
  try {
    LinkNames of_link;
    BytesSink sink(link.data);
    if (names != nullptr) sink.names_to(&of_link);
    type.encode(sink);
    sink.finish();
    for (const auto& [name, file] : of_link.noted) names->note(name, file);
    link.mangled_name = type.type->name();
  } catch (...) {
    link.data = Bytes();  // the type's own save() threw, or there is no memory: only name and text are sent
  }
}

std::string text_of_handled(const std::string& type_name) {
  try {
    throw;
  } catch (const std::exception& error) {
    const char* text = error.what();
    return text == nullptr ? "" : text;
  } catch (...) {
    return type_name;
  }
}

std::exception_ptr nested_in_handled() {
  try {
    throw;
  } catch (const std::nested_exception& error) {
    return error.nested_ptr();
  } catch (...) {
    return nullptr;
  }
}

Link link_of_handled(SentNames* names) {
  Link link;
  const std::type_info* thrown = thrown_type();
  const ExceptionType* known = thrown == nullptr ? nullptr : find_exception_type(*thrown);
  if (thrown == nullptr) {
    link.type_name = "an exception that is not of C++";
  } else {
    link.type_name = demangled(known == nullptr ? thrown->name() : known->type->name());
  }
  link.text = text_of_handled(link.type_name);
  if (known != nullptr) encode_data(*known, link, names);
  return link;
}

void write_link(const Link& link, ByteSink& sink) {
  encode(sink, link.mangled_name);
  encode(sink, link.type_name);
  encode(sink, link.text);
  encode(sink, std::uint64_t{link.data.size_bytes()});
  copy_to(link.data, sink);
}

Link read_link(ByteSource& source) {
  Link link;
  link.mangled_name = decode<std::string>(source);
  link.type_name = decode<std::string>(source);
  link.text = decode<std::string>(source);
  const auto data = decode<std::vector<std::uint8_t>>(source);
  link.data.append(data.data(), data.size());
  return link;
}

std::exception_ptr decode_data(const ExceptionType& type, const Link& link, const std::exception_ptr& nested) {
  BytesSource source(link.data);
  std::exception_ptr error = type.decode(link.text, source, nested);
  if (source.remaining_bytes() != 0) throw MalformedBytes("more was sent than the exception's type reads");
  return error;
}

std::exception_ptr rebuild(const Link& link, const std::exception_ptr& nested) {
  if (link.mangled_name.empty()) return nest(RemoteError(link.text, link.type_name), nested);
  if (const ExceptionType* type = find_built_in_exception(link.mangled_name)) return decode_data(*type, link, nested);

  if (const ExceptionType* type = find_registered_exception(link.mangled_name)) {
    try {
      return decode_data(*type, link, nested);
    } catch (...) {
      // Its load() does not fit its save(), or threw: the task's own text is worth more than that error.
    }
  }
  return nest(RemoteError(link.text, link.type_name), nested);
}

bool has_nested(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const std::nested_exception&) {
    return true;
  } catch (...) {
    return false;
  }
}

// A std::system_error of the program's own category is rebuilt with another one; numbers and text cannot say more.
bool is_as_good(const std::exception_ptr& rebuilt, const std::exception_ptr& error, std::string_view traceback) {
  const auto code_of = [](const std::exception_ptr& each) {
    try {
      std::rethrow_exception(each);
    } catch (const std::system_error& with_code) {
      return with_code.code();
    } catch (...) {
      return std::error_code();
    }
  };
  return code_of(rebuilt) == code_of(error) && describe(rebuilt).find(traceback) != std::string::npos;
}

}  // namespace

void encode_exception(const std::exception_ptr& error, const std::string& traceback, ByteSink& sink) {
  encode(sink, traceback);
  std::exception_ptr current = error ? error : std::make_exception_ptr(std::bad_exception());
  for (std::size_t depth = 1; current; ++depth) {
    Link link;
    std::exception_ptr nested;
    try {
      std::rethrow_exception(current);
    } catch (...) {
      link = link_of_handled(sink.names());
      if (depth < deepest_chain) nested = nested_in_handled();
    }
    write_link(link, sink);
    encode(sink, static_cast<std::uint8_t>(nested != nullptr));
    current = std::move(nested);
  }
}

std::exception_ptr decode_exception(ByteSource& source) {
  const auto traceback = decode<std::string>(source);
  std::vector<Link> chain;
  for (std::uint8_t more = 1; more != 0;) {
    if (chain.size() == deepest_chain) throw MalformedBytes("the chain of nested exceptions is too long");
    chain.push_back(read_link(source));
    more = decode<std::uint8_t>(source);
    if (more > 1) throw MalformedBytes("an exception neither has a nested one nor lacks it");
  }

  std::exception_ptr error;
  for (std::size_t depth = chain.size(); depth-- > 0;) {
    if (depth == 0 && !traceback.empty()) error = nest(RemoteTraceback(traceback), error);
    error = rebuild(chain[depth], error);
  }
  return error;
}

std::exception_ptr with_traceback(const std::exception_ptr& error, const std::string& traceback) {
  try {
    std::rethrow_exception(error);
  } catch (...) {
    const std::type_info* const thrown = thrown_type();
    const ExceptionType* const known = thrown == nullptr ? nullptr : find_exception_type(*thrown);
    if (known == nullptr) return error;
    try {
      Link link = link_of_handled(nullptr);
      std::exception_ptr rebuilt = decode_data(*known, link, nest(RemoteTraceback(traceback), nested_in_handled()));
      if (!has_nested(rebuilt)) {
        link.text += "; " + traceback;  // nothing can be nested in a final class
        rebuilt = decode_data(*known, link, nullptr);
      }
      return is_as_good(rebuilt, error, traceback) ? rebuilt : error;
    } catch (...) {
      return error;
    }
  }
}

}  // namespace multiprocessing::detail
