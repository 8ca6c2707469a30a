// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace multiprocessing::detail {

// One event of a trace: a JSON object on one line. Times are in microseconds.
// Source: the Trace Event Format of Chrome; `phase` is its "ph".
class TraceEvent {
 public:
  TraceEvent(char phase, std::string_view name);
  TraceEvent& with(std::string_view key, std::string_view text);
  TraceEvent& with(std::string_view key, double number);
  TraceEvent& with(std::string_view key, std::uint64_t number);
  // What a viewer shows of it beside its place in time.
  TraceEvent& argument(std::string_view key, std::string_view text);
  TraceEvent& argument(std::string_view key, std::uint64_t number);
  TraceEvent& argument(std::string_view key, double number);
  std::string line() const;

 private:
  std::string fields_;
  std::string arguments_;
};

}  // namespace multiprocessing::detail
