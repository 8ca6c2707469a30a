// SPDX-License-Identifier: MIT
#pragma once

#include "hosts/agent_work.hpp"
#include "hosts/messages.hpp"
#include "hosts/stream_link.hpp"
#include "os/mutex.hpp"

#include <atomic>
#include <condition_variable>

namespace multiprocessing::detail {

// One host of a pool on several: an ordinary group of workers that is driven by messages. It is all that its process
// does. The thread that serves reads the messages; another one starts the workers, waits for their answers and sends
// them. If the pool cannot be reached, or is silent for too long, the workers end.
class HostAgent {
 public:
  HostAgent(UniqueFd socket, std::string host);
  int serve();  // until the pool's end; returns an exit code

 private:
  void receive();
  void obey(const StreamLink::Message& message);
  void start(PoolOrder order);
  void run_pool(const PoolOrder& order) noexcept;
  void send_soon();
  void send_answers();
  void send_ended(bool others_too) MULTIPROCESSING_REQUIRES(mutex_);
  void end(EndOrder how);
  void finish();
  void report(std::uint64_t question);
  void report_broken(const std::exception_ptr& error) noexcept;
  template <class Write>
  void send(MessageKind kind, Write write);
  void flush() MULTIPROCESSING_REQUIRES(sending_);

  StreamLink link_;
  const std::string host_;
  const ModuleList modules_;
  Deadline silent_at_ = never;  // then the pool is taken for lost
  std::chrono::nanoseconds silence_ = std::chrono::nanoseconds::max();
  bool is_ending_ = false;
  bool is_over_ = false;

  Mutex sending_;  // the innermost
  std::atomic<bool> is_cut_off_ = false;

  Mutex mutex_;
  std::condition_variable changed_;
  std::optional<AgentWork> work_ MULTIPROCESSING_GUARDED_BY(mutex_);  // once the workers are up
  bool sender_stops_ MULTIPROCESSING_GUARDED_BY(mutex_) = false;
  bool sender_waits_for_work_ MULTIPROCESSING_GUARDED_BY(mutex_) = false;
  bool sender_runs_ MULTIPROCESSING_GUARDED_BY(mutex_) = false;
};

}  // namespace multiprocessing::detail
