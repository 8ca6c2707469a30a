// SPDX-License-Identifier: MIT
#include "pool/parent/group_processes.hpp"

#include "pool/parent/spawned_server.hpp"
#include "pool/spawn_order.hpp"
#include "pool/worker/worker_main.hpp"
#include "process/direct_starter.hpp"
#include "process/fork_server.hpp"

#include <algorithm>

namespace multiprocessing::detail {

Sharing sharing_of(const PoolOptions& options) {
  return options.start_method == StartMethod::spawn ? Sharing::by_descriptor : Sharing::by_fork;
}

GroupProcesses::GroupProcesses(const PoolOptions& options, const WorkerGroupSettings& settings, int count,
                               ChannelBlock& channels, const std::array<MarkedFd, 2>& bells,
                               const MakeStarter& make_starter)
    : options_(options),
      spin_(settings.spin),
      threads_(options.threads_per_worker.value_or(std::max(1, settings.cpus / count))),
      thread_limits_(threads_, options.threads_per_worker.has_value(), modules_.at_fork()),
      channels_(channels) {
  // A worker runs this from its fork on, with the memory of the program as it is at that fork, or at its server's.
  const auto run_worker = [this, waiter = bells[0].number, background = bells[1].number](int slot) {
    worker_main({channels_, trace_file_, spin_, waiter, background, program_, thread_limits_, options_.initializer,
                 options_.finalizer},
                slot);
  };
  const std::vector<MarkedFd> to_ring(bells.begin(), bells.end());
  if (make_starter) {
    starter_ = make_starter(channels_, run_worker, to_ring);
  } else if (options_.start_method == StartMethod::fork) {
    starter_ = std::make_unique<DirectStarter>(count, run_worker, to_ring);
  } else if (options_.start_method == StartMethod::spawn) {
    channels_.keep_from_children();  // of other threads: what is spawned maps them by their descriptor
    SpawnOrder order;
    order.numbers = {.server = {},
                     .channels = channels_.mapping().descriptor(),
                     .waiter_bell = bells[0],
                     .background_bell = bells[1],
                     .slots = count,
                     .ring_bytes = settings.ring_bytes,
                     .spin = spin_,
                     .program = program_,
                     .threads_per_worker = threads_,
                     .threads_are_asked_for = options_.threads_per_worker.has_value()};
    auto server = SpawnedServer::start(std::move(order), options_, modules_.at_fork());
    modules_.set_in_workers(server->modules());
    channels_.mapping().close_descriptor();
    starter_ = std::move(server);
  } else {
    starter_ = std::make_unique<ForkServer>(count, run_worker, to_ring);
  }
  if (options_.start_method != StartMethod::fork) channels_.keep_from_children();
}

void GroupProcesses::end() {
  starter_->order_quit();
  if (starter_->wait_until_gone(deadline_after(std::chrono::milliseconds(1500)))) return;
  starter_->kill();
  starter_->wait_until_gone(deadline_after(std::chrono::milliseconds(500)));
}

}  // namespace multiprocessing::detail
