// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>

namespace compare {

// "0.61 µs", "13.4 ms", "2.1 s"; "4 KiB", "1.5 GiB".
std::string time_text(double seconds);
std::string bytes_text(double bytes);

// With two digits, as a figure is cited: "5.4", "0.078", "120"; "61 µs", "6.0 ms".
std::string short_text(double value);
std::string short_time_text(double seconds);
// "61 to 75 µs", "980 ns to 1.1 µs", "4.9 to 6.0": a unit that both have is told once.
std::string range_text(const std::string& low, const std::string& high);

// "200us", "200 µs", "1.5 ms", "2 s" in seconds; "100", "4KiB", "500 MiB", "8MB" in bytes. Nothing if it is neither.
std::optional<double> parse_time(const std::string& text);
std::optional<double> parse_bytes(const std::string& text);
std::optional<double> parse_number(const std::string& text);  // "1e5"

}  // namespace compare
