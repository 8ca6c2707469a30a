// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/task.hpp>

#include "os/modules.hpp"

namespace multiprocessing::detail {

// What was loaded when the workers were forked: code at an address means the same there only if it was, and still is.
class LoadedModules {
 public:
  LoadedModules() : at_fork_(loaded_modules()) {}
  // Null if all of it can be called in a worker; else the PicklingError that says what cannot. 31 ns while no library
  // was loaded or unloaded since the fork.
  std::exception_ptr why_not(const CodeAddresses& code) const;

 private:
  ModuleList at_fork_;
};

}  // namespace multiprocessing::detail
