// SPDX-License-Identifier: MIT
#include <multiprocessing/lock.hpp>

#include "ipc/lock_core.hpp"

namespace multiprocessing {
namespace detail {

bool LockHandle::acquire_until(Deadline deadline) const { return core_->acquire(deadline); }
void LockHandle::release() const { core_->release(); }
bool LockHandle::locked() const { return core_->locked(); }
bool LockHandle::abandoned() const { return core_->abandoned(); }

}  // namespace detail

Lock::Lock() : LockHandle(std::make_shared<detail::LockCore>(detail::LockCore::Kind::once)) {}
RLock::RLock() : LockHandle(std::make_shared<detail::LockCore>(detail::LockCore::Kind::recursive)) {}

}  // namespace multiprocessing
