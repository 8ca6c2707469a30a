// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/initializer.hpp>

#include "os/output_file.hpp"
#include "os/process_identity.hpp"
#include "os/thread_limits.hpp"
#include "shm/channel.hpp"

#include <chrono>

namespace multiprocessing::detail {

// What a worker inherits from the program that forks it.
struct Inheritance {
  ChannelBlock& channels;  // of all workers: each keeps its own
  OutputFile* trace_file;  // of the program's, or null: each worker closes it
  std::chrono::nanoseconds spin;
  int waiter_bell_fd;
  int background_bell_fd;
  const ProcessIdentity& program;
  const ThreadLimits& thread_limits;
  const Initializer& initializer;  // may be empty, as the finalizer
  const Initializer& finalizer;
};

// The life of a worker, from its first acts (process/worker_life.hpp) to its end in order: the initializer, the items
// that the program hands to this slot, the finalizer. It does not return if the initializer throws.
void worker_main(const Inheritance& inheritance, int slot);

}  // namespace multiprocessing::detail
