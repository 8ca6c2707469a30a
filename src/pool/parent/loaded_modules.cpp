// SPDX-License-Identifier: MIT
#include "pool/parent/loaded_modules.hpp"

#include <multiprocessing/errors.hpp>

#include "os/symbol.hpp"

namespace multiprocessing::detail {

std::shared_ptr<const ModuleList> LoadedModules::modules_now(LoadsAndUnloads current) const {
  {
    const MutexLock lock(mutex_);
    if (now_->loads_and_unloads == current) return now_;
  }
  auto now = std::make_shared<const ModuleList>(loaded_modules());
  const MutexLock lock(mutex_);
  return now_ = std::move(now);
}

std::exception_ptr LoadedModules::why_not(const CodeAddresses& code) const {
  const LoadsAndUnloads current = loads_and_unloads();
  if (current == at_fork_.loads_and_unloads) return nullptr;
  const auto now = modules_now(current);
  std::exception_ptr reason;
  code.for_each([&](const void* address) {
    if (reason) return;
    const Module* const module = now->containing(address);
    if (module == nullptr) {
      reason = std::make_exception_ptr(PicklingError("can't get a function at " + symbol_at(address) +
                                                     " in a worker: it belongs to no loaded library"));
    } else if (!at_fork_.has(*module)) {
      reason = std::make_exception_ptr(
          PicklingError("can't get '" + symbol_at(address) + "' from '" + module->file_name() +
                        "' in a worker: the library was loaded after the pool's workers were forked; load it first"));
    }
  });
  return reason;
}

}  // namespace multiprocessing::detail
