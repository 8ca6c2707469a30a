// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/task.hpp>

#include <map>
#include <memory>
#include <utility>

namespace multiprocessing::detail {

// How long a function's items take, as measured and smoothed, in nanoseconds; 0: not known yet. Kept by function, not
// by call, so that many calls of one item each learn from each other. Guarded by the group's mutex.
class Paces {
 public:
  std::shared_ptr<double> of(const FunctionImage& function) {
    if (known_.size() == most) known_.clear();  // calls under way keep what they have
    auto& pace = known_[{function.type, function.address}];
    if (!pace) pace = std::make_shared<double>(0);
    return pace;
  }

 private:
  static constexpr std::size_t most = 1024;
  std::map<std::pair<const TaskType*, std::array<std::byte, 16>>, std::shared_ptr<double>> known_;
};

}  // namespace multiprocessing::detail
