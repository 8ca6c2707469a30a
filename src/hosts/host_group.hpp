// SPDX-License-Identifier: MIT
#pragma once

#include "hosts/host_pump.hpp"
#include "os/owner_mark.hpp"
#include "pool/callback_thread.hpp"
#include "pool/parent/item_costs.hpp"
#include "pool/parent/loaded_modules.hpp"

#include <memory>

namespace multiprocessing::detail {

// The workers of several hosts as one engine. Whoever waits sleeps until the pump has something for it. Shared by the
// pool and its results; in a process forked from its owner it is inert.
class HostGroup final : public ByteCore, public CallHost, public std::enable_shared_from_this<HostGroup> {
 public:
  HostGroup(const std::vector<HostConnection>& hosts, const HostPoolOptions& options);
  ~HostGroup() override;

  std::shared_ptr<ByteCall> begin(PreparedFunction function, const CallSettings& settings) override;
  void submit(ByteCall& call, Chunk chunk, bool is_last) override;
  void refuse(ByteCall& call, std::exception_ptr reason) override;
  void end_input(ByteCall& call) noexcept override;
  long default_buffersize(long chunksize) const override;

  void close() override;
  void terminate() override;
  bool join(Deadline deadline) override;
  int processes() const override;
  std::vector<pid_t> worker_pids() const override;
  std::vector<std::pair<std::string, pid_t>> workers() const;
  PoolStats stats() const override;
  bool can_kill() const override { return true; }
  bool inherited() const override { return mark_.inherited(); }
  void leave_scope() noexcept override;

  Mutex& mutex() const override MULTIPROCESSING_RETURNS_MUTEX(mutex_) { return mutex_; }
  bool wait(GroupCall& call, Call::Until until, std::size_t index, Deadline deadline) override;
  void withdraw(GroupCall& call, const char* why) override;
  bool cancel(GroupCall& call, Running what_runs) override;
  void expect_end(GroupCall&) override { begin_watch(); }
  void begin_watch() noexcept override {
    const MutexLock lock(mutex_);
    pump_.read_soon();
  }
  void end_watch() noexcept override {}

 private:
  enum class Phase { open, closed, terminated };
  void start(const HostPoolOptions& options);
  void hand_out() MULTIPROCESSING_REQUIRES(mutex_);
  bool await_reports(MutexLock& lock) MULTIPROCESSING_REQUIRES(mutex_);
  void order_end(EndOrder how) MULTIPROCESSING_REQUIRES(mutex_);
  bool await_end(MutexLock& lock, Deadline deadline) MULTIPROCESSING_REQUIRES(mutex_);
  void cut_off(MutexLock& lock) MULTIPROCESSING_REQUIRES(mutex_);

  OwnerMark mark_;
  LoadedModules modules_;
  mutable Mutex mutex_;
  HostDispatcher hosts_ MULTIPROCESSING_GUARDED_BY(mutex_);
  Phase phase_ MULTIPROCESSING_GUARDED_BY(mutex_) = Phase::open;
  std::exception_ptr ended_by_ MULTIPROCESSING_GUARDED_BY(mutex_);
  ItemCosts item_costs_ MULTIPROCESSING_GUARDED_BY(mutex_);
  std::uint64_t calls_ MULTIPROCESSING_GUARDED_BY(mutex_) = 0;
  std::size_t numbered_calls_ MULTIPROCESSING_GUARDED_BY(mutex_) = 0;
  std::uint64_t questions_ MULTIPROCESSING_GUARDED_BY(mutex_) = 0;
  HostPump pump_ MULTIPROCESSING_GUARDED_BY(mutex_);
  CallbackThread callback_thread_;
};

}  // namespace multiprocessing::detail
