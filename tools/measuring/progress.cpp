// SPDX-License-Identifier: MIT
#include "progress.hpp"

#include <cmath>

namespace measuring {
namespace {

std::string time_left(std::chrono::duration<double> time) {
  const auto left = static_cast<long>(std::ceil(time.count()));
  return left < 60 ? std::to_string(left) + " s" : std::to_string((left + 59) / 60) + " min";
}

}  // namespace

void Progress::begin(const std::string& what) {
  const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - started_;
  std::string label = what;
  if (begun_ != 0) {
    const double part_left = static_cast<double>(total_ - begun_) / static_cast<double>(begun_);
    label += ", " + time_left(taken * part_left) + " left";
  }
  bar_.reset();
  bar_.emplace(label, total_, begun_);
  ++begun_;
}

}  // namespace measuring
