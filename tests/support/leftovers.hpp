// SPDX-License-Identifier: MIT
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace multiprocessing::tests {

// What a process holds that outlives the objects that should have given it back.
struct Holdings {
  std::vector<std::string> descriptors;  // "7 -> /dev/null"
  std::vector<std::string> mappings;     // shared ones: "1:4711 /dev/zero (deleted)"
  std::vector<std::string> children;     // pids, zombies included
  std::vector<std::string> orphans;      // pids of descendants whose parent is gone
  std::vector<std::string> threads;      // thread ids
  std::vector<std::string> files;        // of this user, where named shared memory lies

  static Holdings now(const std::filesystem::path& files_in = "/dev/shm");
};

// What is held now and was not held in `before`, as sentences. Threads, orphans and files (another program's, perhaps)
// are given two seconds to go; they are what a test cannot wait for.
std::vector<std::string> leftovers_since(const Holdings& before, const std::filesystem::path& files_in = "/dev/shm");

// From now on each test fails that leaves something behind; processes among it are killed.
void watch_leftovers();

}  // namespace multiprocessing::tests
