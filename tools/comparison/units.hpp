// SPDX-License-Identifier: MIT
#pragma once

#include <optional>
#include <string>

namespace compare {

// "0.61 us", "13.4 ms", "2.1 s"; "4 KiB", "1.5 GiB".
std::string time_text(double seconds);
std::string bytes_text(double bytes);

// "200us", "1.5 ms", "2 s" in seconds; "100", "4KiB", "500 MiB", "8MB" in bytes. Nothing if it is neither.
std::optional<double> parse_time(const std::string& text);
std::optional<double> parse_bytes(const std::string& text);
std::optional<double> parse_number(const std::string& text);  // "1e5"

}  // namespace compare
