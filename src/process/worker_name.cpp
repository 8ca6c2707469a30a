// SPDX-License-Identifier: MIT
#include "process/worker_name.hpp"

namespace multiprocessing::detail {

HostPlace& host_place() noexcept {
  static HostPlace& place = *new HostPlace;  // never destroyed: workers that end may be named
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
