// SPDX-License-Identifier: MIT
#include "units.hpp"

#include "table.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <string_view>
#include <utility>

namespace compare {
namespace {

struct Unit {
  std::string_view name;
  double size;
};
// From the largest; a value is told in the first that it fills.
constexpr std::array<Unit, 4> times{{{"s", 1}, {"ms", 1e-3}, {"µs", 1e-6}, {"ns", 1e-9}}};
constexpr std::array<Unit, 5> binary_sizes{
    {{"TiB", 0x1p40}, {"GiB", 0x1p30}, {"MiB", 0x1p20}, {"KiB", 0x1p10}, {"B", 1}}};
constexpr std::array<Unit, 4> decimal_sizes{{{"TB", 1e12}, {"GB", 1e9}, {"MB", 1e6}, {"kB", 1e3}}};

template <std::size_t size>
const Unit& unit_of(const std::array<Unit, size>& units, double value) {
  constexpr double just_below = 1 - 1e-9;  // 1 ms may be 0.99999999999 ms, out of a sum
  for (const Unit& unit : units) {
    if (std::abs(value) >= just_below * unit.size) return unit;
  }
  return units.back();
}

template <std::size_t size>
std::string text_in(const std::array<Unit, size>& units, double value) {
  const Unit& unit = unit_of(units, value);
  return number_text(value / unit.size) + " " + std::string(unit.name);
}

double two_digits(double value) {
  if (value == 0) return 0;
  const double last = std::pow(10, std::floor(std::log10(std::abs(value))) - 1);
  return std::round(value / last) * last;
}

bool is_microsecond(std::string_view name) {
  return name == "us" || name == "\u00b5s" || name == "\u03bcs";  // the micro sign, and the Greek letter
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

std::string short_text(double value) {
  const double rounded = two_digits(value);
  const int whole_digits = rounded == 0 ? 2 : static_cast<int>(std::floor(std::log10(std::abs(rounded)) + 1e-9)) + 1;
  char text[64];
  std::snprintf(text, sizeof text, "%.*f", std::max(0, 2 - whole_digits), rounded);
  return text;
}

std::string short_time_text(double seconds) {
  const Unit& unit = unit_of(times, two_digits(seconds));
  return short_text(seconds / unit.size) + " " + std::string(unit.name);
}

std::string range_text(const std::string& low, const std::string& high) {
  const std::size_t space = low.find(' ');
  const bool is_same = space != std::string::npos && high.ends_with(low.substr(space));
  return low.substr(0, is_same ? space : low.size()) + " to " + high;
}

std::optional<double> parse_time(const std::string& text) {
  const auto parts = split(text);
  if (!parts) return std::nullopt;
  return value_in(times, parts->first, is_microsecond(parts->second) ? "µs" : parts->second);
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
