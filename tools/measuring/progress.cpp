// SPDX-License-Identifier: MIT
#include "progress.hpp"

#include <cmath>

namespace measuring {

std::string rounded_time(std::chrono::duration<double> time) {
  const auto seconds = static_cast<long>(std::ceil(time.count()));
  return seconds < 60 ? std::to_string(seconds) + " s" : std::to_string((seconds + 59) / 60) + " min";
}

void Progress::begin(const std::string& what) {
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - started_;
  std::string label = what;
  if (begun_ != 0) {
    const double part_left = static_cast<double>(total_ - begun_) / static_cast<double>(begun_);
    label += ", " + rounded_time(taken * part_left) + " left";
  }
  bar_.reset();
  bar_.emplace(label, total_, begun_);
  ++begun_;
}

}  // namespace measuring
