// SPDX-License-Identifier: MIT
#pragma once

#include "hosts/remote_host.hpp"
#include "pool/parent/call_accounts.hpp"
#include "pool/parent/work_queue.hpp"

#include <map>
#include <vector>

namespace multiprocessing::detail {

// Which host gets what, and what comes of it: the counterpart of Dispatcher for hosts. Holds the queue of what no host
// has, and the hosts. Guarded by the group's mutex; waits for nothing.
class HostDispatcher {
 public:
  HostDispatcher(const std::vector<HostConnection>& hosts, LostHosts lost_hosts);

  std::vector<RemoteHost>& hosts() { return hosts_; }
  const std::vector<RemoteHost>& hosts() const { return hosts_; }
  int workers() const;  // of the hosts that are not lost; at least 1
  bool any_up() const;
  bool any_idle() const;  // has fewer items than workers

  void open(GroupCall& call, CallTerms terms);
  void submit(const Batch& batch, bool is_last);  // Throws std::bad_alloc, and nothing has changed.
  void refuse(GroupCall& call, const std::exception_ptr& reason) { accounts_.refuse(call, reason); }
  void end_input(GroupCall& call);
  void withdraw(GroupCall& call, const std::exception_ptr& reason);
  void condemn(GroupCall& call);
  void fail_everything(const std::exception_ptr& reason) noexcept;
  bool has_calls() const { return !calls_.empty(); }
  void add_to(PoolStats& stats) const;

  void feed() noexcept;                   // hands out what is queued
  void rebalance(Clock::time_point now);  // when there is nothing to hand out
  bool wants_second_look() const;         // rebalance() may do something soon, although nothing comes

  // What comes of it.
  CallAccounts& accounts() { return accounts_; }
  void give_back(const std::vector<Batch>& batches);  // to the front of the queue, in order; what was withdrawn ends
  void forget_if_ended(GroupCall& call);
  void lose(RemoteHost& host, const std::string& why);   // `why` follows "as it"; a line on stderr says so
  void break_off(RemoteHost& host);                      // its pool is broken: so is all of it
  std::exception_ptr broken() const { return broken_; }  // a host's pool is

 private:
  int losses_of(const Batch& batch) const;  // of hosts that had its first item
  std::size_t window_for(const Batch& batch, const RemoteHost& host) const;
  RemoteHost* choose(const Batch& batch);
  void give(RemoteHost& host);
  void give_back_lost(const RemoteHost& host, Batch batch);
  void end(const Batch& batch, const std::exception_ptr& reason);

  const LostHosts lost_hosts_;
  ItemTimeouts timeouts_{std::nullopt};  // the agents enforce them
  CallAccounts accounts_{timeouts_};
  std::vector<RemoteHost> hosts_;
  WorkQueue queue_;
  std::map<std::uint64_t, CallTerms> calls_;                          // that have not ended
  std::map<std::pair<std::uint64_t, std::size_t>, int> host_losses_;  // by call and item
  std::exception_ptr broken_;
};

}  // namespace multiprocessing::detail
