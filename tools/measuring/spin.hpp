// SPDX-License-Identifier: MIT
#pragma once

#include <vector>

namespace measuring {

// A task of some length: arithmetic in which each step needs the one before. It may be sent to another process.
struct Spin {
  long steps = 1;
  int operator()(int item) const;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(steps);
  }
};

// What a program without pools does.
void run_serially(const Spin& task, const std::vector<int>& items, std::vector<int>& results);

// As many steps as take so long for each item, on this machine, in run_serially.
Spin spin_of(double microseconds);

}  // namespace measuring
