// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/task.hpp>

#include "os/modules.hpp"
#include "os/mutex.hpp"

#include <memory>

namespace multiprocessing::detail {

// What was loaded when the workers were forked: code at an address means the same there only if it was, and still is.
class LoadedModules {
 public:
  LoadedModules() : at_fork_(loaded_modules()), now_(std::make_shared<ModuleList>(at_fork_)) {}
  const ModuleList& at_fork() const { return at_fork_; }
  // Null if all of it can be called in a worker; else the PicklingError that says what cannot. The modules are listed
  // anew when the loader says that there are others. Any thread.
  std::exception_ptr why_not(const CodeAddresses& code) const;

 private:
  std::shared_ptr<const ModuleList> modules_now(LoadsAndUnloads current) const;
  ModuleList at_fork_;
  mutable Mutex mutex_;  // never held while the loader is asked: who holds its lock may call us
  mutable std::shared_ptr<const ModuleList> now_ MULTIPROCESSING_GUARDED_BY(mutex_);
};

}  // namespace multiprocessing::detail
