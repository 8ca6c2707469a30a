// SPDX-License-Identifier: MIT
#pragma once

#include "os/owner_mark.hpp"
#include "pool/owner_check.hpp"
#include "process/worker_starter.hpp"

namespace multiprocessing::detail {

// A call of a pool by the program, which may order forks. At its end, outside of the group's mutex, it waits for those
// that copy the program: so a worker inherits nothing that this thread goes on to change. Throws std::logic_error in a
// process that has inherited the pool.
class OwnersCall {
 public:
  OwnersCall(const OwnerMark& mark, WorkerStarter& starter) : starter_(starter) { check_owner(mark); }
  OwnersCall(const OwnersCall&) = delete;
  OwnersCall& operator=(const OwnersCall&) = delete;
  ~OwnersCall() { starter_.wait_until_forked(); }

 private:
  WorkerStarter& starter_;
};

}  // namespace multiprocessing::detail
