// SPDX-License-Identifier: MIT
#include "process/worker_starter.hpp"

namespace multiprocessing::detail {

WorkerStarter::~WorkerStarter() = default;

}  // namespace multiprocessing::detail
