// SPDX-License-Identifier: MIT
#pragma once

#include "pool/portable_code.hpp"

namespace multiprocessing::detail {

// A pool's initializer or finalizer as it is sent to another process, and where its code lies in this one.
class SentInitializer {
 public:
  // `what`: "initializer". `to`: "a worker that is spawned". Throws PicklingError if it cannot be sent there.
  SentInitializer(const Initializer& initializer, const std::string& what, const std::string& to,
                  const ModuleList& here);
  // Throws PicklingError if its code is not there. `where`: "on host h2".
  void check(const ModuleList& here, const ModuleList& there, const std::string& where) const;

  PortableCall call;

 private:
  const void* run_ = nullptr;
  const void* code_ = nullptr;
};

}  // namespace multiprocessing::detail
