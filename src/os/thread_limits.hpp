// SPDX-License-Identifier: MIT
#pragma once

#include "os/modules.hpp"

#include <memory>
#include <string>
#include <vector>

namespace multiprocessing::detail {

// Limits how many threads OpenMP, OpenBLAS, BLIS and MKL use for a call in a worker, and in programs that it starts.
// Made in the program, not in a worker: there a thread that does not exist may hold the locks of the loader and the
// environment. The libraries found stay loaded as long as this lives, because apply() calls them.
class ThreadLimits {
 public:
  // `is_asked_for`: the user chose the number; else the environment takes precedence, and no number becomes larger.
  ThreadLimits(int threads, bool is_asked_for, const ModuleList& loaded);

  // Called in a worker that has one thread. If there is no memory, the environment stays as it was.
  void apply() const noexcept;

 private:
  // BLIS takes and returns a number as wide as a register, the others an int: both are passed alike.
  struct Library {
    long (*get)();
    void (*set)(long);
    // For an OpenBLAS that starts threads of its own: see limit().
    int* number = nullptr;
    const int* has_threads = nullptr;
  };
  struct Unload {
    void operator()(void* handle) const noexcept;
  };
  using Handle = std::unique_ptr<void, Unload>;

  bool look_in(void* handle, const char* get, const char* set);
  void limit(const Library& library) const noexcept;
  void extend_environment() const;

  int threads_;
  bool is_asked_for_;
  std::vector<std::string> variables_;  // "OMP_NUM_THREADS=1"
  std::vector<Library> libraries_;
  std::vector<Handle> kept_;
};

}  // namespace multiprocessing::detail
