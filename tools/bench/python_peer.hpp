// SPDX-License-Identifier: MIT
#pragma once

#include <sys/types.h>

#include <optional>

namespace bench {

// CPython's Pool in a process of its own, which measures when it is told to. Make it before the pools fork.
class PythonPeer {
 public:
  PythonPeer(int workers, int items);
  PythonPeer(const PythonPeer&) = delete;
  PythonPeer& operator=(const PythonPeer&) = delete;
  ~PythonPeer();
  bool is_there() const { return there_; }  // there is a python3, and its Pool works
  double map_seconds();                     // Pool.map(chunksize=1) of `items` trivial items

 private:
  std::optional<double> answer();

  int socket_ = -1;
  pid_t child_ = -1;
  bool there_ = false;
};

}  // namespace bench
