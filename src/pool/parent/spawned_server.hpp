// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/options.hpp>

#include "os/modules.hpp"
#include "process/fork_server.hpp"

#include <memory>

namespace multiprocessing::detail {

struct SpawnOrder;

// A fork server that is a new process of this program (StartMethod::spawn). There it begins in init()
// (pool/worker/init.cpp). Code lies at other addresses than here.
class SpawnedServer final : public ForkServer {
 public:
  // `here`: the modules of this process; it must outlive the server. Throws std::logic_error if main() would run a
  // second time; PicklingError if this program or the initializer or the finalizer cannot be sent; BrokenPool if the
  // process ends before it serves, with what it says; std::system_error.
  static std::unique_ptr<SpawnedServer> start(SpawnOrder order, const PoolOptions& options, const ModuleList& here);

  SpawnedServer(int file, SpawnOrder& order, const ModuleList& here);
  const ModuleList& modules() const { return there_; }  // of the server and its workers
  void to_our_addresses(Crash& crash) const noexcept override;

 private:
  const ModuleList& here_;
  ModuleList there_;
};

}  // namespace multiprocessing::detail
