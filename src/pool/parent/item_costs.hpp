// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/task.hpp>

#include <map>
#include <utility>

namespace multiprocessing::detail {

// How long a function's items take, as measured and smoothed, in nanoseconds; 0: not known yet. Kept by function, not
// by call, so that many calls of one item each learn from each other. Guarded by the group's mutex; lives as long.
class ItemCosts {
 public:
  double& of(const FunctionImage& function) {
    const std::pair key{function.type, function.address};
    if (known_.size() == most && !known_.contains(key)) return of_others_;
    return known_[key];
  }

 private:
  static constexpr std::size_t most = 1024;
  std::map<std::pair<const TaskType*, std::array<std::byte, 16>>, double> known_;
  double of_others_ = 0;  // too many functions to know each
};

}  // namespace multiprocessing::detail
