// SPDX-License-Identifier: MIT
#pragma once

#include "os/process_identity.hpp"
#include "pool/portable_code.hpp"
#include "process/fork_server.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace multiprocessing::detail {

// The program and the process that it spawns talk to each other through a file that both have. The program writes the
// order before that process begins; the process writes its answer behind the order. If the two run different builds of
// this library, the answer is a refusal.

struct SpawnNumbers {
  ServerDescriptors server;
  int channels;  // a descriptor
  MarkedFd waiter_bell;
  MarkedFd background_bell;
  int slots;
  std::size_t ring_bytes;
  std::chrono::nanoseconds spin;
  ProcessIdentity program;
  int threads_per_worker;
  bool threads_are_asked_for;
};

struct SpawnOrder {
  SpawnNumbers numbers{};
  std::string library;  // the build id of the module with this library
  PortableCall initializer;
  PortableCall finalizer;
};
void write_order(int file, const SpawnOrder& order);
std::optional<SpawnOrder> read_order(int file);  // none: the file holds no order

struct SpawnAnswer {
  std::string refusal;  // why it does not serve, if it does not
  ModuleList modules{};
};
void write_answer(int file, const SpawnAnswer& answer);  // instead of an earlier one
std::optional<SpawnAnswer> read_answer(int file);        // none: nothing whole was answered

}  // namespace multiprocessing::detail
