// SPDX-License-Identifier: MIT
#include "process/worker_starter.hpp"

namespace multiprocessing::detail {

WorkerStarter::~WorkerStarter() = default;

std::string describe_refusal(WorkerReport::Call call, int slot, std::size_t slots) {
  const std::string which = "worker " + std::to_string(slot) + " of " + std::to_string(slots);
  switch (call) {
    case WorkerReport::Call::pidfd_open:
      return "cannot watch " + which + " by pidfd_open (Linux has it since 5.3, valgrind since 3.24)";
    case WorkerReport::Call::socketpair:
      return "cannot watch " + which + " by a socketpair";
    case WorkerReport::Call::fork:
      break;
  }
  return "cannot fork " + which;
}

}  // namespace multiprocessing::detail
