// SPDX-License-Identifier: MIT
#pragma once

#include "progress_bar.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>

namespace measuring {

std::string rounded_time(std::chrono::duration<double> time);  // "20 s", "9 min": up to the next

// On a terminal's standard error: what is measured now, how much is done, and about how long the rest takes.
class Progress {
 public:
  explicit Progress(std::size_t total) : total_(total), started_(std::chrono::steady_clock::now()) {}
  void begin(const std::string& what);
  void hide() { bar_.reset(); }  // until the next begins

 private:
  std::size_t total_;
  std::size_t begun_ = 0;
  std::chrono::steady_clock::time_point started_;
  std::optional<tools::ProgressBar> bar_;
};

}  // namespace measuring
