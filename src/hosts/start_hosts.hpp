// SPDX-License-Identifier: MIT
#pragma once

#include "hosts/remote_host.hpp"

namespace multiprocessing::detail {

// Throws std::invalid_argument, which names the option and its value.
void check_options(const HostPoolOptions& options);

// Tells hosts that have said hello which workers to start. Numbers these through all hosts. Throws PicklingError if a
// host runs another build, or if the initializer or the finalizer cannot be sent.
void order_workers(std::vector<RemoteHost>& hosts, const HostPoolOptions& options, const ModuleList& here);

}  // namespace multiprocessing::detail
