// SPDX-License-Identifier: MIT
#pragma once

#include "pool/parent/group_call.hpp"

namespace multiprocessing::detail {

// For calls without a group of workers behind them: nobody waits for them, and nothing is withdrawn.
class IdleHost final : public CallHost {
 public:
  Mutex& mutex() const override { return mutex_; }
  bool wait(GroupCall&, Call::Until, std::size_t, Deadline) override { return false; }
  void withdraw(GroupCall&, const char*) override {}
  bool cancel(GroupCall&, Running) override { return false; }
  void expect_end(GroupCall&) override {}
  void begin_watch() noexcept override {}
  void end_watch() noexcept override {}

 private:
  mutable Mutex mutex_;
};

}  // namespace multiprocessing::detail
