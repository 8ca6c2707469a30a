// SPDX-License-Identifier: MIT
#include "hosts/host_dispatcher.hpp"

#include <multiprocessing/errors.hpp>

#include "pool/parent/broken_pool.hpp"

#include <algorithm>
#include <cstdio>

namespace multiprocessing::detail {
namespace {

using namespace std::chrono_literals;

constexpr double long_nanoseconds = 20e6;    // of such items a host gets no more than it has workers
constexpr double ahead_nanoseconds = 5e6;    // of work that a worker has in store
constexpr double message_nanoseconds = 1e6;  // of a worker's work, in one message
constexpr double recalled_nanoseconds = 2e6;
constexpr std::chrono::nanoseconds recall_interval = 5ms;
constexpr std::size_t most_ahead_bytes = std::size_t{64} << 20;
constexpr std::size_t most_message_bytes = std::size_t{1} << 20;
constexpr int most_losses = 3;  // of hosts that had an item

std::size_t items_in(double nanoseconds, double cost) {
  return static_cast<std::size_t>(std::clamp(nanoseconds / cost, 1.0, 1e6));
}

// How many items a host may have.
std::size_t window(const RemoteHost& host, double cost) {
  const auto workers = static_cast<std::size_t>(host.workers);
  if (cost == 0) return 2 * workers;
  if (cost > long_nanoseconds) return workers;
  return workers * (1 + items_in(ahead_nanoseconds, cost));
}

bool is_idle(const RemoteHost& host) { return host.is_up() && host.items() < static_cast<std::size_t>(host.workers); }

}  // namespace

HostDispatcher::HostDispatcher(const std::vector<HostConnection>& hosts, LostHosts lost_hosts)
    : lost_hosts_(lost_hosts) {
  int number = 0;
  hosts_.reserve(hosts.size());
  for (const HostConnection& host : hosts) hosts_.emplace_back(host, number++);
}

int HostDispatcher::workers() const {
  int workers = 0;
  for (const RemoteHost& host : hosts_) workers += host.state == RemoteHost::State::lost ? 0 : host.workers;
  return std::max(workers, 1);
}

bool HostDispatcher::any_up() const {
  return std::any_of(hosts_.begin(), hosts_.end(), [](const RemoteHost& host) { return host.is_up(); });
}

bool HostDispatcher::any_idle() const { return std::any_of(hosts_.begin(), hosts_.end(), is_idle); }

void HostDispatcher::open(GroupCall& call, CallTerms terms) { calls_.emplace(call.number, std::move(terms)); }

void HostDispatcher::submit(const Batch& batch, bool is_last) {
  GroupCall& call = batch.call();
  accounts_.make_room_for(call);
  queue_.push_back(batch);
  try {
    call.table.expect(batch.first + batch.count);
  } catch (...) {
    queue_.undo_push_back();
    throw;
  }
  accounts_.begin(batch, is_last);
  if (!call.withdrawn) return;
  queue_.undo_push_back();
  end(batch, call.withdrawn);
}

void HostDispatcher::end_input(GroupCall& call) {
  accounts_.end_input(call);
  forget_if_ended(call);
}

void HostDispatcher::end(const Batch& batch, const std::exception_ptr& reason) {
  accounts_.end(batch, reason);
  forget_if_ended(batch.call());
}

void HostDispatcher::forget_if_ended(GroupCall& call) {
  if (!call.has_ended() || calls_.erase(call.number) == 0) return;
  host_losses_.erase(host_losses_.lower_bound({call.number, 0}), host_losses_.lower_bound({call.number + 1, 0}));
  for (RemoteHost& host : hosts_) host.forget(call.number);
}

void HostDispatcher::withdraw(GroupCall& call, const std::exception_ptr& reason) {
  if (!call.withdrawn) call.withdrawn = reason;
  queue_.take_out(call, [&](const Batch& batch) { accounts_.end(batch, reason); });
  if (!call.ended()) {
    for (RemoteHost& host : hosts_) host.tell(call, MessageKind::withdraw);
  }
  forget_if_ended(call);
}

void HostDispatcher::condemn(GroupCall& call) {
  for (RemoteHost& host : hosts_) host.tell(call, MessageKind::condemn);
}

void HostDispatcher::fail_everything(const std::exception_ptr& reason) noexcept {
  while (!queue_.empty()) {
    const Batch batch = queue_.front();
    queue_.pop_front();
    end(batch, reason);
  }
  for (RemoteHost& host : hosts_) {
    for (const GivenItems& items : host.take_back()) {
      for (const Batch& batch : items.rest()) end(batch, reason);
    }
  }
}

void HostDispatcher::add_to(PoolStats& stats) const {
  accounts_.add_to(stats);
  queue_.for_each([&](const Batch& batch) { stats.queued += batch.count; });
  for (const RemoteHost& host : hosts_) {
    const std::size_t running = std::min(host.items(), static_cast<std::size_t>(host.workers));
    stats.running += running;
    stats.queued += host.items() - running;
    if (host.is_up()) stats.workers.insert(stats.workers.end(), host.stats.begin(), host.stats.end());
  }
}

int HostDispatcher::losses_of(const Batch& batch) const {
  if (host_losses_.empty()) return 0;
  const auto losses = host_losses_.find({batch.call().number, batch.first});
  return losses == host_losses_.end() ? 0 : losses->second;
}

// How many items the host may have, with this one. An item that was on a lost host may be what has cost it: so few
// travel with it then, and at last none, or others would be given up with it.
std::size_t HostDispatcher::window_for(const Batch& batch, const RemoteHost& host) const {
  if (host.is_kept_free) return 0;
  const int losses = losses_of(batch);
  if (losses == 0) return window(host, batch.call().nanoseconds_per_item());
  return losses == most_losses - 1 ? 1 : static_cast<std::size_t>(host.workers);
}

// The one with the least for each of its workers.
RemoteHost* HostDispatcher::choose(const Batch& batch) {
  RemoteHost* best = nullptr;
  double best_load = 0;
  for (RemoteHost& host : hosts_) {
    if (!host.is_up() || host.items() >= window_for(batch, host)) continue;
    if (host.items() != 0 && host.size_bytes() >= most_ahead_bytes) continue;
    const double load = static_cast<double>(host.items()) / host.workers;
    if (best == nullptr || load < best_load) best = &host, best_load = load;
  }
  return best;
}

void HostDispatcher::feed() noexcept {
  try {
    while (!queue_.empty()) {
      RemoteHost* const host = choose(queue_.front());
      if (host == nullptr) return;
      give(*host);
    }
  } catch (const std::bad_alloc&) {  // the next look tries again
  }
}

// A message may take items of several batches, if they follow each other in the call.
void HostDispatcher::give(RemoteHost& host) {
  const auto call = queue_.front().call().shared_from_this();
  const double cost = call->nanoseconds_per_item();
  const int losses = losses_of(queue_.front());
  std::size_t most = 1;
  if (cost != 0 && losses == 0)
    most = std::min(items_in(message_nanoseconds * host.workers, cost), window(host, cost) - host.items());
  std::vector<Batch> batches;
  std::size_t bytes = 0;
  try {
    while (most != 0 && !queue_.empty() && &queue_.front().call() == call.get()) {
      Batch& front = queue_.front();
      const bool follows = batches.empty() || front.first == batches.back().first + batches.back().count;
      if (!follows || bytes >= most_message_bytes || losses_of(front) != losses) break;
      const Batch::Extent extent = front.measure(most, most_message_bytes - bytes);
      batches.push_back(front);
      bytes += extent.bytes;
      most -= extent.items;
      if (extent.items != front.count) {
        batches.back() = front.split_front(extent);
        break;
      }
      queue_.pop_front();
    }
    host.give(*call, calls_.at(call->number), batches, bytes);
    host.is_kept_free = losses == most_losses - 1;
  } catch (const PicklingError&) {
    const std::exception_ptr reason = std::current_exception();
    for (const Batch& batch : batches) accounts_.end(batch, reason);
    withdraw(*call, reason);
  } catch (...) {
    give_back(batches);
    throw;
  }
}

void HostDispatcher::give_back(const std::vector<Batch>& batches) {
  for (auto batch = batches.rbegin(); batch != batches.rend(); ++batch) {
    if (batch->call().withdrawn) {
      end(*batch, batch->call().withdrawn);
    } else {
      queue_.push_front(*batch);
    }
  }
}

// Takes back items that wait on one host while another one could begin them.
void HostDispatcher::rebalance(Clock::time_point now) {
  if (!wants_second_look()) return;
  for (RemoteHost& host : hosts_) {
    const auto workers = static_cast<std::size_t>(host.workers);
    if (!host.is_up() || host.items() <= workers || now - host.recalled < recall_interval) continue;
    GroupCall& call = *host.first_call();
    const double cost = call.nanoseconds_per_item();
    const bool is_short =
        cost != 0 && static_cast<double>(host.items() - workers) * cost / host.workers < recalled_nanoseconds;
    // An item that is withdrawn there does not run again after the loss of its worker.
    if (call.withdrawn || calls_.at(call.number).retries != 0 || (is_short && now - host.heard < recall_interval))
      continue;
    host.recalled = now;
    host.tell(call, MessageKind::withdraw);
  }
}

bool HostDispatcher::wants_second_look() const {
  const auto has_waiting = [](const RemoteHost& host) {
    return host.is_up() && host.items() > static_cast<std::size_t>(host.workers);
  };
  return queue_.empty() && any_idle() && std::any_of(hosts_.begin(), hosts_.end(), has_waiting);
}

void HostDispatcher::break_off(RemoteHost& host) {
  broken_ = std::make_exception_ptr(EncodedBreak{"", host.failure});
  fail_everything(broken_);
}

void HostDispatcher::lose(RemoteHost& host, const std::string& why) {
  if (host.is_gone()) return;
  const bool was_up = host.is_up();
  const std::size_t items = host.items();
  host.state = RemoteHost::State::lost;
  host.link.close();
  if (!was_up) return;
  std::fprintf(stderr, "multiprocessing: host %s is taken for lost, as it %s; its %zu unanswered items %s\n",
               host.name().c_str(), why.c_str(), items,
               lost_hosts_ == LostHosts::run_again ? "run elsewhere" : "are lost");
  const std::vector<GivenItems> given = host.take_back();
  for (auto each = given.rbegin(); each != given.rend(); ++each) {
    const std::vector<Batch> rest = each->rest();
    for (auto batch = rest.rbegin(); batch != rest.rend(); ++batch) give_back_lost(host, *batch);
  }
  if (any_up() || broken_) return;
  broken_ =
      std::make_exception_ptr(BrokenPool("the pool is broken: all its hosts are lost, the last one " + host.name()));
  fail_everything(broken_);
}

// An item may be what costs the hosts: so it is not tried for ever.
void HostDispatcher::give_back_lost(const RemoteHost& host, Batch batch) {
  std::vector<Batch> items;
  while (batch.count != 0) items.push_back(batch.split_front(batch.measure(1, SIZE_MAX)));
  for (auto item = items.rbegin(); item != items.rend(); ++item) {
    GroupCall& call = item->call();
    const std::size_t number = call.first_index + item->first;
    const int losses = lost_hosts_ == LostHosts::fail ? 1 : ++host_losses_[{call.number, item->first}];
    if (call.withdrawn) {
      end(*item, call.withdrawn);
    } else if (lost_hosts_ == LostHosts::run_again && losses < most_losses) {
      queue_.push_front(*item);
    } else {
      const std::string what =
          "item " + std::to_string(number) + " was on " +
          (losses == 1 ? "host " + host.name() + ", which was lost"
                       : std::to_string(losses) + " hosts that were lost, the last one " + host.name());
      const auto kept = call.shared_from_this();
      accounts_.end_as_lost(*item, std::make_exception_ptr(WorkerLost(what, number, 0, std::nullopt, std::nullopt)));
      forget_if_ended(call);
    }
  }
}

}  // namespace multiprocessing::detail
