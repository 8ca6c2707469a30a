// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/shared_memory.hpp>

#include <unistd.h>

#include <filesystem>
#include <string>
#include <system_error>

namespace multiprocessing::tests {

inline std::string unused_name() {
  static int count = 0;
  return "mp_test_" + std::to_string(getpid()) + "_" + std::to_string(++count);
}
inline bool exists(const std::string& name) { return std::filesystem::exists("/dev/shm/" + name); }

// Unlinks it at the end of the test, whatever happens.
class Block : public SharedMemory {
 public:
  using SharedMemory::SharedMemory;
  ~Block() {
    try {
      unlink();
    } catch (const std::system_error&) {
    }
  }
};

}  // namespace multiprocessing::tests
