// SPDX-License-Identifier: MIT
#include "codec/cause.hpp"

#include "codec/exception_types.hpp"
#include "os/thrown_type.hpp"

#include <multiprocessing/detail/bytes.hpp>
#include <multiprocessing/errors.hpp>

#include <string_view>

namespace multiprocessing::detail {
namespace {

constexpr std::size_t longest_bytes = 1024;

// The text may come from anywhere: the cut may fall into a character, and what() would end at a zero in the text.
std::string beginning_of(std::string_view text) {
  text = text.substr(0, text.find_first_of(std::string_view("\n\0", 2)));
  if (text.size() <= longest_bytes) return std::string(text);
  std::size_t end = longest_bytes;
  const auto is_within_character = [&] { return (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80; };
  while (end > longest_bytes - 4 && is_within_character()) --end;
  return std::string(text.substr(0, end)) + "…";
}

std::string type_of_handled() {
  const std::type_info* const type = thrown_type();
  if (type == nullptr) return "an exception that is not of C++";
  const ExceptionType* const known = find_exception_type(*type);  // it may be a Retold: see rethrowable.hpp
  return demangled(known == nullptr ? type->name() : known->type->name());
}

std::string of_type(const std::string& type, std::string_view text) {
  if (text.empty()) return beginning_of(type);
  // Some texts begin with the type already.
  return beginning_of(text.starts_with(type) ? std::string(text) : type + ": " + std::string(text));
}

}  // namespace

std::string cause_of_handled() {
  try {
    throw;
  } catch (const RemoteError& error) {
    return of_type(error.type_name(), error.what());
  } catch (const ProcessError& error) {
    return beginning_of(error.what());
  } catch (const MalformedBytes& error) {
    return beginning_of(error.what());
  } catch (const std::exception& error) {
    return of_type(type_of_handled(), error.what() == nullptr ? "" : error.what());
  } catch (const std::string& text) {
    return of_type("std::string", text);
  } catch (const char* text) {
    return of_type(type_of_handled(), text == nullptr ? "" : text);
  } catch (...) {
    return type_of_handled();
  }
}

}  // namespace multiprocessing::detail
