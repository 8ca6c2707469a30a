// SPDX-License-Identifier: MIT
#include "pool/worker/worker_waiting.hpp"

#include "os/event_fd.hpp"
#include "os/futex.hpp"
#include "process/worker_life.hpp"

namespace multiprocessing::detail {

void WorkerWaiting::sleep_on_bell(std::uint32_t bell) { futex_wait(channel_.words->bell, bell); }

void WorkerWaiting::ring(std::uint32_t parent_sleep) {
  if (parent_sleep == rung_for_) return;  // for this sleep of the parent it has been rung: it will look at everything
  rung_for_ = parent_sleep;
  const int bell_fd = bell_fds_[(parent_sleep & 3U) == static_cast<std::uint32_t>(Bell::background) ? 1 : 0];
  if (!EventFd::ring(bell_fd)) worker_ring_through_server();
}

}  // namespace multiprocessing::detail
