// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <random>
#include <string>
#include <vector>

namespace multiprocessing::detail {

// The shared mappings without a name that this process has with these permissions: in a worker, if it may write them,
// its channel.
struct Mapping {
  std::byte* begin;
  std::byte* end;
  std::size_t size_bytes() const { return static_cast<std::size_t>(end - begin); }
};
inline std::vector<Mapping> shared_mappings(const std::string& permissions) {
  std::vector<Mapping> found;
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    if (line.find(' ' + permissions + "s ") == std::string::npos || line.find("/dev/zero") == std::string::npos)
      continue;
    std::uintptr_t begin = 0;
    std::uintptr_t end = 0;
    std::sscanf(line.c_str(), "%lx-%lx", &begin, &end);
    found.push_back({reinterpret_cast<std::byte*>(begin), reinterpret_cast<std::byte*>(end)});
  }
  return found;
}

constexpr std::size_t channel_bytes = 4096 + 2 * (std::size_t{256} << 10);

inline std::vector<Mapping> own_channel() {
  std::vector<Mapping> found = shared_mappings("rw-");
  std::erase_if(found, [](const Mapping& mapping) { return mapping.size_bytes() != channel_bytes; });
  return found;
}

enum class How { zeros, ones, random };

inline std::string name_of(How how) { return how == How::zeros ? "Zeros" : how == How::ones ? "Ones" : "Random"; }

// Takes no lock and no memory: also for a signal handler.
inline void overwrite(const std::vector<Mapping>& mappings, How how) {
  std::mt19937_64 random(7);
  for (const Mapping& mapping : mappings) {
    for (std::byte* at = mapping.begin; at != mapping.end; at += 8) {
      const std::uint64_t word = how == How::zeros ? 0 : how == How::ones ? ~std::uint64_t{0} : random();
      std::memcpy(at, &word, sizeof word);
    }
  }
}
inline void overwrite_own_channel(How how) { overwrite(own_channel(), how); }

// Of items that take so long a worker is handed at most one beside the one that runs.
inline void take_time() {
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(2);
  while (std::chrono::steady_clock::now() < end) continue;
}

}  // namespace multiprocessing::detail
