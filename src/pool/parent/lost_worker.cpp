// SPDX-License-Identifier: MIT
#include "pool/parent/lost_worker.hpp"

#include <multiprocessing/errors.hpp>

#include "os/wait_status.hpp"
#include "pool/parent/broken_pool.hpp"
#include "process/worker_name.hpp"

#include <csignal>
#include <cstring>
#include <sstream>

namespace multiprocessing::detail {
namespace {

struct CrashWithoutStack {
  WorkerLost error;
  Crash crash;
};

std::exception_ptr with_its_stack(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const CrashWithoutStack& crashed) {
    const WorkerLost& lost = crashed.error;
    return std::make_exception_ptr(WorkerLost(lost.what() + ("\n" + crash_trace(crashed.crash)), lost.index(),
                                              lost.pid(), lost.signal(), lost.exit_code()));
  } catch (const EncodedBreak& broken) {
    return broken.decode();
  } catch (...) {
    return error;
  }
}

}  // namespace

std::exception_ptr worker_lost(const LostItem& lost, int wait_status, bool was_ordered, const Crash& crash) noexcept
    try {
  std::string what = worker_name(lost.worker, lost.pid) + " ended with " + describe_wait_status(wait_status) +
                     " at item " + std::to_string(lost.item) + ", while " + describe_phase(lost.phase);
  if (ending_signal(wait_status) == SIGKILL && !was_ordered) {
    what += "; a SIGKILL that nobody sent usually means that the system ran out of memory";
  }
  WorkerLost error(what, lost.item, lost.pid, ending_signal(wait_status), exit_code(wait_status));
  if (crash.signal == 0) return std::make_exception_ptr(std::move(error));
  return std::make_exception_ptr(CrashWithoutStack{std::move(error), crash});
} catch (...) {
  return std::current_exception();
}

std::exception_ptr with_crash_stack(const std::exception_ptr& error) noexcept {
  try {
    return with_its_stack(error);
  } catch (...) {
    return std::current_exception();
  }
}

std::exception_ptr deadline_exceeded(const LostItem& lost, std::chrono::nanoseconds timeout) noexcept try {
  std::ostringstream what;
  what << "item " << lost.item << " ran longer than its timeout of " << std::chrono::duration<double>(timeout).count()
       << " s: " << worker_name(lost.worker, lost.pid) << " was killed while " << describe_phase(lost.phase);
  return std::make_exception_ptr(DeadlineExceeded(what.str(), lost.item, lost.pid));
} catch (...) {
  return std::current_exception();
}

std::exception_ptr cancelled_while_it_ran(const LostItem& lost) noexcept try {
  return std::make_exception_ptr(CancelledError("item " + std::to_string(lost.item) +
                                                " was cancelled: " + worker_name(lost.worker, lost.pid) +
                                                " was killed while " + describe_phase(lost.phase)));
} catch (...) {
  return std::current_exception();
}

std::exception_ptr channel_overwritten(int worker, pid_t pid, std::size_t item) noexcept try {
  return std::make_exception_ptr(WorkerLost(worker_name(worker, pid) + " was lost with item " + std::to_string(item) +
                                                ": its channel was overwritten, so that nobody knows what it did",
                                            item, pid, std::nullopt, std::nullopt));
} catch (...) {
  return std::current_exception();
}

}  // namespace multiprocessing::detail
