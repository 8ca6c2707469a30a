// SPDX-License-Identifier: MIT
#include "units.hpp"

#include "table.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <string_view>
#include <utility>

namespace compare {
namespace {

struct Unit {
  std::string_view name;
  double size;
};
// From the largest; a value is told in the first that it fills.
constexpr std::array<Unit, 4> times{{{"s", 1}, {"ms", 1e-3}, {"us", 1e-6}, {"ns", 1e-9}}};
constexpr std::array<Unit, 4> binary_sizes{
    {{"GiB", 1024.0 * 1024 * 1024}, {"MiB", 1024.0 * 1024}, {"KiB", 1024}, {"B", 1}}};
constexpr std::array<Unit, 3> decimal_sizes{{{"GB", 1e9}, {"MB", 1e6}, {"kB", 1e3}}};

template <std::size_t size>
std::string text_in(const std::array<Unit, size>& units, double value) {
  for (const Unit& unit : units) {
    if (std::abs(value) >= unit.size || &unit == &units.back()) {
      return number_text(value / unit.size) + " " + std::string(unit.name);
    }
  }
  return {};
}

// The number that the text begins with, at least 0, and what follows it.
std::optional<std::pair<double, std::string_view>> split(std::string_view text) {
  double value = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || !std::isfinite(value) || value < 0) return std::nullopt;
  std::string_view rest(stop, static_cast<std::size_t>(text.data() + text.size() - stop));
  while (rest.starts_with(' ')) rest.remove_prefix(1);
  return std::pair(value, rest);
}

template <std::size_t size>
std::optional<double> value_in(const std::array<Unit, size>& units, double value, std::string_view name) {
  for (const Unit& unit : units) {
    if (unit.name == name) return value * unit.size;
  }
  return std::nullopt;
}

}  // namespace

std::string time_text(double seconds) { return text_in(times, seconds); }
std::string bytes_text(double bytes) { return text_in(binary_sizes, bytes); }

std::optional<double> parse_time(const std::string& text) {
  const auto parts = split(text);
  return parts ? value_in(times, parts->first, parts->second) : std::nullopt;
}

std::optional<double> parse_bytes(const std::string& text) {
  const auto parts = split(text);
  if (!parts) return std::nullopt;
  if (parts->second.empty()) return parts->first;
  const auto bytes = value_in(binary_sizes, parts->first, parts->second);
  return bytes ? bytes : value_in(decimal_sizes, parts->first, parts->second);
}

std::optional<double> parse_number(const std::string& text) {
  const auto parts = split(text);
  return parts && parts->second.empty() ? std::optional(parts->first) : std::nullopt;
}

}  // namespace compare
