// SPDX-License-Identifier: MIT
#include "pool/parent/trace_event.hpp"

#include <array>
#include <charconv>

namespace multiprocessing::detail {
namespace {

void add_quoted(std::string& to, std::string_view text) {
  to += '"';
  for (const char character : text) {
    if (character == '"' || character == '\\') to += '\\';
    const bool is_control = static_cast<unsigned char>(character) < ' ';
    to += is_control ? ' ' : character;
  }
  to += '"';
}

void add_key(std::string& to, std::string_view key) {
  if (!to.empty()) to += ',';
  add_quoted(to, key);
  to += ':';
}

void add(std::string& to, std::string_view key, std::string_view text) {
  add_key(to, key);
  add_quoted(to, text);
}

void add(std::string& to, std::string_view key, std::uint64_t number) {
  add_key(to, key);
  to += std::to_string(number);
}

// To the nanosecond, whatever the locale's decimal point.
void add(std::string& to, std::string_view key, double number) {
  add_key(to, key);
  std::array<char, 64> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed, 3).ptr;
  to.append(text.data(), end);
}

}  // namespace

TraceEvent::TraceEvent(char phase, std::string_view name) {
  add(fields_, "ph", std::string_view(&phase, 1));
  add(fields_, "name", name);
}

TraceEvent& TraceEvent::with(std::string_view key, std::string_view text) { return add(fields_, key, text), *this; }
TraceEvent& TraceEvent::with(std::string_view key, double number) { return add(fields_, key, number), *this; }
TraceEvent& TraceEvent::with(std::string_view key, std::uint64_t number) { return add(fields_, key, number), *this; }
TraceEvent& TraceEvent::argument(std::string_view key, std::string_view text) {
  return add(arguments_, key, text), *this;
}
TraceEvent& TraceEvent::argument(std::string_view key, double number) { return add(arguments_, key, number), *this; }
TraceEvent& TraceEvent::argument(std::string_view key, std::uint64_t number) {
  return add(arguments_, key, number), *this;
}

std::string TraceEvent::line() const {
  return "{" + fields_ + (arguments_.empty() ? "" : ",\"args\":{" + arguments_ + "}") + "}";
}

}  // namespace multiprocessing::detail
