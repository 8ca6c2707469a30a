// SPDX-License-Identifier: MIT
#pragma once

#include "measure.hpp"

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

namespace bench {

// CPython's multiprocessing in a process of its own, which measures when it is told to. Make it before what forks.
class PythonPeer {
 public:
  // The arguments of python_peer.py. A sample of it is of `items` items.
  PythonPeer(const std::vector<std::string>& arguments, std::size_t items);
  PythonPeer(const PythonPeer&) = delete;
  PythonPeer& operator=(const PythonPeer&) = delete;
  ~PythonPeer();
  // `row`, compared with it; without a python3 whose multiprocessing works, a row that says so.
  Row compared(Row row, std::size_t samples, const Sampler& ours);

 private:
  double seconds();
  std::optional<double> answer();

  std::size_t items_;
  int socket_ = -1;
  pid_t child_ = -1;
  bool there_ = false;
};

}  // namespace bench
