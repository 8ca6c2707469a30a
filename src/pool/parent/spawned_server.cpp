// SPDX-License-Identifier: MIT
#include "pool/parent/spawned_server.hpp"

#include <multiprocessing/errors.hpp>

#include "os/memory_file.hpp"
#include "os/this_program.hpp"
#include "pool/parent/sent_initializer.hpp"
#include "pool/spawn_order.hpp"
#include "process/program_name.hpp"

#include <stdexcept>
#include <string>
#include <utility>

namespace multiprocessing::detail {

SpawnedServer::SpawnedServer(int file, SpawnOrder& order, const ModuleList& here)
    : ForkServer(
          order.numbers.slots,
          [&](const ServerDescriptors& descriptors) {
            order.numbers.server = descriptors;
            write_order(file, order);
            const std::array fds{file,
                                 descriptors.ledger,
                                 descriptors.parent,
                                 descriptors.parent_execs,
                                 descriptors.orders.number,
                                 descriptors.is_born.number,
                                 order.numbers.channels,
                                 order.numbers.waiter_bell.number,
                                 order.numbers.background_bell.number};
            return start_this_program({*program_name(), "--multiprocessing-server=" + std::to_string(file)}, fds);
          }),
      here_(here) {}

std::unique_ptr<SpawnedServer> SpawnedServer::start(SpawnOrder order, const PoolOptions& options,
                                                    const ModuleList& here) {
  if (program_name() == nullptr) {
    throw std::logic_error(
        "StartMethod::spawn starts this program once more, and its main() must not run there: make "
        "multiprocessing::init(argc, argv) the first line of main(), or link the CMake target multiprocessing::main");
  }
  const Module& library = library_module(here);
  if (library.build_id.empty()) {
    throw PicklingError("StartMethod::spawn finds code by its build id, and " +
                        std::string(library.path.empty() ? "this program" : library.file_name()) +
                        " has none: link it with -Wl,--build-id");
  }
  order.library = library.build_id;
  SentInitializer initializer(options.initializer, "initializer", "a worker that is spawned", here);
  SentInitializer finalizer(options.finalizer, "finalizer", "a worker that is spawned", here);
  order.initializer = std::move(initializer.call);
  order.finalizer = std::move(finalizer.call);
  const UniqueFd file = make_memory_file(0);
  std::unique_ptr<SpawnedServer> server;
  try {
    server = std::make_unique<SpawnedServer>(file.get(), order, here);
  } catch (const ServerNotBorn& not_born) {
    const auto answer = read_answer(file.get());
    const std::string why = answer && !answer->refusal.empty()
                                ? ": " + answer->refusal
                                : " before it was ready; did something end the program before main()?";
    throw BrokenPool(std::string("the process that was spawned to start the workers ") + not_born.what() + why);
  }
  server->there_ = read_answer(file.get()).value().modules;
  initializer.check(here, server->there_, "in a worker");
  finalizer.check(here, server->there_, "in a worker");
  return server;
}

void SpawnedServer::to_our_addresses(Crash& crash) const noexcept {
  for (std::uint64_t& frame : crash.frames) {
    const Module* const there = there_.containing(reinterpret_cast<const void*>(frame));
    const Module* const here = there == nullptr ? nullptr : here_.of_build(there->build_id);
    if (here != nullptr) {
      frame += here->base - there->base;
    } else if (!crash.has_address || frame != crash.address) {
      frame = 0;  // it must not be taken for what lies at the same address here
    }
  }
}

}  // namespace multiprocessing::detail
