// SPDX-License-Identifier: MIT
#include "pool/worker/spawned_process.hpp"

#include <multiprocessing/errors.hpp>

#include "os/this_process.hpp"
#include "os/this_program.hpp"
#include "pool/spawn_order.hpp"
#include "pool/worker/worker_main.hpp"

#include <cstdio>
#include <string>
#include <utility>

namespace multiprocessing::detail {
namespace {

[[noreturn]] void serve(int file, SpawnOrder& order, const ModuleList& modules) {
  const SpawnNumbers& numbers = order.numbers;
  const ThreadLimits limits(numbers.threads_per_worker, numbers.threads_are_asked_for, modules);
  const Initializer initializer = made_here(std::move(order.initializer), modules);
  const Initializer finalizer = made_here(std::move(order.finalizer), modules);
  ChannelBlock channels(UniqueFd(numbers.channels), numbers.slots, numbers.ring_bytes);
  const auto run_worker = [&](int slot) {
    UniqueFd(file).reset();
    worker_main({channels, nullptr, numbers.spin, numbers.waiter_bell.number, numbers.background_bell.number,
                 numbers.program, limits, initializer, finalizer},
                slot);
  };
  serve(numbers.server, numbers.slots, run_worker, {numbers.waiter_bell, numbers.background_bell});
}

// Why this process cannot serve. Does not return if it can.
std::string serve_spawned(int file) try {
  if (has_gained_rights()) return "a set-user-ID program cannot spawn workers: who started it could give it orders";
  std::optional<SpawnOrder> order = read_order(file);
  if (!order) return {};
  const SpawnNumbers& numbers = order->numbers;
  for (const int fd :
       {file, numbers.server.ledger, numbers.server.parent, numbers.server.parent_execs, numbers.server.orders.number,
        numbers.server.is_born.number, numbers.channels, numbers.waiter_bell.number, numbers.background_bell.number}) {
    if (!set_close_on_exec(fd)) return "a descriptor of the pool was closed before main() began";
  }
  SpawnAnswer answer{{}, loaded_modules()};
  if (library_module(answer.modules).build_id != order->library) {
    return "the file of the library multiprocessing was replaced after the program had started; start it again";
  }
  write_answer(file, answer);
  serve(file, *order, answer.modules);
} catch (...) {
  return describe(std::current_exception());
}

}  // namespace

void be_spawned_server(int file, const char* argument) noexcept {
  const std::string refusal = serve_spawned(file);
  if (refusal.empty()) {
    std::fprintf(stderr, "multiprocessing: the option %s is for the library itself, which starts workers by it\n",
                 argument);
  } else {
    write_answer(file, {refusal, {}});
  }
  leave_process(2);
}

}  // namespace multiprocessing::detail
