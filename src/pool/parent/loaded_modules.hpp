// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/task.hpp>

#include "os/modules.hpp"
#include "os/mutex.hpp"

#include <memory>

namespace multiprocessing::detail {

// Where the code at an address of this process lies in another one, by the build id of its module; or the PicklingError
// that says why it is not there.
struct CodeThere {
  std::uintptr_t address = 0;
  std::exception_ptr refused;
};
// `where`, for the error: "on host h2". Without it: "in a worker".
CodeThere find_code(const void* address, const ModuleList& here, const ModuleList& there);
CodeThere find_code(const void* address, const ModuleList& here, const ModuleList& there, const std::string& where);

// Code as the workers have it. In a fork it lies at the same address, if it was loaded when the workers were forked,
// and still is. In workers that are spawned it lies where their own modules are.
class LoadedModules {
 public:
  LoadedModules() : at_fork_(loaded_modules()), now_(std::make_shared<ModuleList>(at_fork_)) {}
  const ModuleList& at_fork() const { return at_fork_; }
  std::shared_ptr<const ModuleList> now() const;  // listed anew when the loader says that there are others; any thread
  void set_in_workers(const ModuleList& there) { there_ = &there; }  // which were spawned; before all functions
  // Translates the code of a function into the workers', or says in `refused` what they do not have. Any thread.
  void prepare(PreparedFunction& function) const;

 private:
  std::exception_ptr why_not(const void* address, const ModuleList& now) const;
  ModuleList at_fork_;
  const ModuleList* there_ = nullptr;
  mutable Mutex mutex_;  // never held while the loader is asked: who holds its lock may call us
  mutable std::shared_ptr<const ModuleList> now_ MULTIPROCESSING_GUARDED_BY(mutex_);
};

}  // namespace multiprocessing::detail
