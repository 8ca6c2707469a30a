// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace tools {

// A line on a terminal's standard error that grows as work ends, and is gone with the object. Silent elsewhere.
class ProgressBar {
 public:
  ProgressBar(std::string label, std::size_t total, std::size_t done = 0);
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;
  ~ProgressBar();
  void advance();

 private:
  void draw() const;
  void erase() const;

  std::string label_;
  std::size_t total_;
  std::size_t done_;
  bool visible_;
  std::chrono::steady_clock::time_point drawn_;
};

}  // namespace tools
