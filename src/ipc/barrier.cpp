// SPDX-License-Identifier: MIT
#include <multiprocessing/barrier.hpp>

#include "ipc/barrier_core.hpp"

namespace multiprocessing {

Barrier::Barrier(int parties, std::function<void()> action)
    : Barrier(std::chrono::nanoseconds::max(), parties, std::move(action)) {}
Barrier::Barrier(std::chrono::nanoseconds timeout, int parties, std::function<void()> action)
    : core_(std::make_shared<detail::BarrierCore>(parties, std::move(action), timeout)) {}

int Barrier::wait() const { return wait_until(core_->default_deadline()); }
int Barrier::wait_until(detail::Deadline deadline) const { return core_->wait(deadline); }
void Barrier::abort() const { core_->abort(); }
void Barrier::reset() const { core_->reset(); }
int Barrier::parties() const { return core_->parties(); }
int Barrier::n_waiting() const { return core_->waiting(); }
bool Barrier::broken() const { return core_->is_broken(); }

}  // namespace multiprocessing
