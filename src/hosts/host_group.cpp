// SPDX-License-Identifier: MIT
#include "hosts/host_group.hpp"

#include <multiprocessing/detail/exception_codec.hpp>
#include <multiprocessing/errors.hpp>

#include "hosts/start_hosts.hpp"
#include "pool/owner_check.hpp"
#include "pool/parent/lost_worker.hpp"
#include "pool/task_terms.hpp"

#include <algorithm>
#include <limits>
#include <stdexcept>

namespace multiprocessing::detail {

using namespace std::chrono_literals;

namespace {

constexpr std::chrono::nanoseconds greeting_time = 60s;

}  // namespace

HostGroup::HostGroup(const std::vector<HostConnection>& hosts, const HostPoolOptions& options)
    : hosts_(hosts, options.lost_hosts), pump_(mutex_, hosts_, options.host_timeout) {
  check_options(options);
  pump_.start();
  try {
    start(options);
  } catch (...) {
    terminate();
    throw;
  }
}

void HostGroup::start(const HostPoolOptions& options) {
  const std::shared_ptr<const ModuleList> here = modules_.now();
  MutexLock lock(mutex_);
  std::vector<RemoteHost>& hosts = hosts_.hosts();
  const auto all = [&](auto state) { return std::all_of(hosts.begin(), hosts.end(), state); };
  const bool have_greeted = pump_.wait_for(lock, deadline_after(greeting_time), [&]() MULTIPROCESSING_REQUIRES(mutex_) {
    return all([](const RemoteHost& host) { return host.state != RemoteHost::State::unknown; });
  });
  for (const RemoteHost& host : hosts) {
    if (host.state == RemoteHost::State::lost)
      throw BrokenPool("host " + host.name() + " was lost before it was ready");
    if (!have_greeted && host.state == RemoteHost::State::unknown) {
      throw BrokenPool("host " + host.name() + " has not answered for 60 s");
    }
  }
  order_workers(hosts, options, *here);
  pump_.flush();
  pump_.wait_for(lock, never, [&]() MULTIPROCESSING_REQUIRES(mutex_) {
    return all([](const RemoteHost& host) { return host.is_up() || host.is_gone() || host.failure; });
  });
  for (const RemoteHost& host : hosts) {
    if (host.failure) {
      const std::shared_ptr<const Bytes> failure = host.failure;
      lock.unlock();
      BytesSource source(*failure);
      std::rethrow_exception(decode_exception(source));
    }
    if (!host.is_up()) throw BrokenPool("host " + host.name() + " was lost while its workers started");
  }
}

HostGroup::~HostGroup() { leave_scope(); }

std::shared_ptr<ByteCall> HostGroup::begin(PreparedFunction function, const CallSettings& settings) {
  check_owner(mark_);
  CallTerms terms{modules_.now(), function.code, settings.options == nullptr ? 0 : settings.options->retries,
                  settings.cancellable};
  MutexLock lock(mutex_);
  if (phase_ != Phase::open) throw std::logic_error("the pool is closed: it takes no more work");
  if (const std::exception_ptr broken = hosts_.broken()) {
    lock.unlock();
    std::rethrow_exception(with_crash_stack(broken));
  }
  double& cost = item_costs_.of(function.image);
  const auto call = std::make_shared<GroupCall>(shared_from_this(), callback_thread_, std::move(function.image),
                                                settings, cost, calls_ + 1, settings.single ? numbered_calls_ : 0);
  call->withdrawn = function.refused;
  hosts_.open(*call, std::move(terms));
  ++calls_;
  if (settings.single) ++numbered_calls_;
  lock.unlock();
  try {
    call->accept(settings.options, call);
  } catch (...) {
    end_input(*call);  // who waits for all calls must not wait for this one
    throw;
  }
  return call;
}

void HostGroup::submit(ByteCall& call, Chunk chunk, bool is_last) {
  if (inherited()) return;
  auto& group_call = static_cast<GroupCall&>(call);
  const std::size_t first = chunk.first;
  const std::size_t count = chunk.count;
  auto work = group_call.send(std::move(chunk));
  const MutexLock lock(mutex_);
  if (const std::exception_ptr ended = ended_by_ ? ended_by_ : hosts_.broken()) {
    group_call.refuse_more();
    if (!group_call.withdrawn) group_call.withdrawn = ended;
  }
  hosts_.submit({std::move(work), first, count, {}}, is_last);
  // Hosts that have enough get it together with what is handed in until somebody waits, or they answer.
  if (hosts_.any_idle()) hand_out();
  if (!is_last || group_call.is_asynchronous) pump_.read_soon();
  if (group_call.withdrawn) pump_.tell();
}

void HostGroup::hand_out() {
  hosts_.feed();
  pump_.flush();
}

void HostGroup::refuse(ByteCall& call, std::exception_ptr reason) {
  if (inherited()) return;
  const MutexLock lock(mutex_);
  hosts_.refuse(static_cast<GroupCall&>(call), reason);
}

void HostGroup::end_input(ByteCall& call) noexcept {
  if (inherited()) return;
  const MutexLock lock(mutex_);
  hosts_.end_input(static_cast<GroupCall&>(call));
  pump_.tell();
}

long HostGroup::default_buffersize(long chunksize) const {
  constexpr long most = std::numeric_limits<long>::max();
  const int workers = processes();
  return chunksize > most / 4 / workers ? most : 4L * workers * chunksize;
}

bool HostGroup::wait(GroupCall& call, Call::Until until, std::size_t index, Deadline deadline) {
  check_owner(mark_);
  MutexLock lock(mutex_);
  if (call.has(until, index)) return true;
  hand_out();
  return pump_.wait_for(lock, deadline, [&] { return call.has(until, index); });
}

void HostGroup::withdraw(GroupCall& call, const char* why) {
  if (inherited()) return;
  const MutexLock lock(mutex_);
  hosts_.withdraw(call, cancelled(why));
  hand_out();
  pump_.tell();
}

bool HostGroup::cancel(GroupCall& call, Running what_runs) {
  check_owner(mark_);
  if (call.has_ended()) return false;
  withdraw(call, cancelled_before);
  const auto is_cancelled = [&] { return call.has_ended() && call.failed(); };
  if (what_runs == Running::finish) return is_cancelled();
  const Deadline end = deadline_after(2s);
  do {
    const MutexLock lock(mutex_);
    hosts_.condemn(call);  // what was not condemned has gone on meanwhile: then once more
    pump_.flush();
  } while (!wait(call, Call::Until::all_ended, 0, std::min(end, deadline_after(20ms))) && Clock::now() < end);
  return is_cancelled();
}

void HostGroup::close() {
  check_owner(mark_);
  const MutexLock lock(mutex_);
  if (phase_ == Phase::open) phase_ = Phase::closed;
}

void HostGroup::terminate() {
  check_owner(mark_);
  MutexLock lock(mutex_);
  if (phase_ != Phase::terminated) {
    phase_ = Phase::terminated;
    ended_by_ = cancelled("the pool was terminated");
    hosts_.fail_everything(ended_by_);
    pump_.tell();
    order_end(EndOrder::terminate);
  }
  await_end(lock, deadline_after(4s));
  cut_off(lock);
}

bool HostGroup::join(Deadline deadline) {
  check_owner(mark_);
  MutexLock lock(mutex_);
  if (phase_ == Phase::open) throw std::logic_error("join() was called before close() or terminate()");
  const bool is_over = pump_.wait_for(lock, deadline, [&]() MULTIPROCESSING_REQUIRES(mutex_) {
    return phase_ == Phase::terminated || hosts_.broken() || !hosts_.has_calls();
  });
  if (!is_over) return false;
  order_end(hosts_.broken() ? EndOrder::terminate : EndOrder::finish);
  if (!await_end(lock, deadline)) return false;
  cut_off(lock);
  lock.unlock();
  return callback_thread_.finish(deadline);
}

void HostGroup::order_end(EndOrder how) {
  for (RemoteHost& host : hosts_.hosts()) {
    if (!host.is_gone() && (how == EndOrder::terminate || !host.is_to_end)) host.order_end(how);
  }
  pump_.flush();
}

bool HostGroup::await_end(MutexLock& lock, Deadline deadline) {
  return pump_.wait_for(lock, deadline, [&]() MULTIPROCESSING_REQUIRES(mutex_) {
    const auto& hosts = hosts_.hosts();
    return std::all_of(hosts.begin(), hosts.end(), [](const RemoteHost& host) { return host.is_gone(); });
  });
}

// A host that has not ended is left to itself: its agent ends with the link.
void HostGroup::cut_off(MutexLock& lock) {
  pump_.stop(lock);
  for (RemoteHost& host : hosts_.hosts()) {
    if (!host.is_gone()) host.state = RemoteHost::State::lost;
    host.link.close();
  }
  pump_.tell();
}

void HostGroup::leave_scope() noexcept {
  if (inherited()) return;
  bool closed = false;
  {
    const MutexLock lock(mutex_);
    closed = phase_ == Phase::closed;
  }
  if (closed) {
    join(never);
  } else {
    terminate();
    callback_thread_.finish(deadline_after(2s));
  }
}

int HostGroup::processes() const {
  check_owner(mark_);
  const MutexLock lock(mutex_);
  return hosts_.workers();
}

// Asks every host, and waits until each has answered or a second has passed.
bool HostGroup::await_reports(MutexLock& lock) {
  const std::uint64_t question = ++questions_;
  for (RemoteHost& host : hosts_.hosts()) {
    if (host.is_up()) host.ask(question);
  }
  pump_.flush();
  return pump_.wait_for(lock, deadline_after(1s), [&]() MULTIPROCESSING_REQUIRES(mutex_) {
    const auto& hosts = hosts_.hosts();
    return std::all_of(hosts.begin(), hosts.end(),
                       [&](const RemoteHost& host) { return !host.is_up() || host.answered_question >= question; });
  });
}

std::vector<std::pair<std::string, pid_t>> HostGroup::workers() const {
  check_owner(mark_);
  auto& self = const_cast<HostGroup&>(*this);
  MutexLock lock(self.mutex_);
  self.await_reports(lock);
  std::vector<std::pair<std::string, pid_t>> workers;
  for (const RemoteHost& host : self.hosts_.hosts()) {
    if (!host.is_up()) continue;
    for (const WorkerStats& worker : host.stats) {
      if (worker.pid != 0) workers.emplace_back(host.name(), worker.pid);
    }
  }
  return workers;
}

std::vector<pid_t> HostGroup::worker_pids() const {
  std::vector<pid_t> pids;
  for (const auto& [host, pid] : workers()) pids.push_back(pid);
  return pids;
}

PoolStats HostGroup::stats() const {
  check_owner(mark_);
  auto& self = const_cast<HostGroup&>(*this);
  MutexLock lock(self.mutex_);
  self.await_reports(lock);
  PoolStats stats;
  self.hosts_.add_to(stats);
  return stats;
}

}  // namespace multiprocessing::detail
