// SPDX-License-Identifier: MIT
#include "process/worker_name.hpp"

#include <array>
#include <cstddef>
#include <new>

namespace multiprocessing::detail {

HostPlace& host_place() noexcept {
  // Never destroyed, as workers may be named at the very end; and not allocated, as there may be no memory.
  alignas(HostPlace) static std::array<std::byte, sizeof(HostPlace)> memory;
  static HostPlace& place = *new (memory.data()) HostPlace;
  return place;
}

std::string place_of(pid_t pid) {
  const std::string& host = host_place().host;
  return " (pid " + std::to_string(pid) + (host.empty() ? ")" : " on " + host + ")");
}

std::string worker_name(int slot, pid_t pid) {
  return "worker " + std::to_string(host_place().first_worker + slot) + place_of(pid);
}

}  // namespace multiprocessing::detail
