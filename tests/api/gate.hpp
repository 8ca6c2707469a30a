// SPDX-License-Identifier: MIT
#pragma once

#include <future>

namespace multiprocessing::tests {

// A task that has begun and runs until it is let go.
struct Gate {
  std::promise<void> begun;
  std::promise<void> open;
  std::shared_future<void> opened = open.get_future().share();
  void pass() {
    begun.set_value();
    opened.wait();
  }
};

}  // namespace multiprocessing::tests
