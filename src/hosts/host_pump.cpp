// SPDX-License-Identifier: MIT
#include "hosts/host_pump.hpp"

#include "os/thread_without_signals.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace multiprocessing::detail {

using namespace std::chrono_literals;

namespace {

constexpr std::chrono::nanoseconds question_interval = 250ms;
constexpr std::chrono::nanoseconds second_look = 2ms;
constexpr std::chrono::nanoseconds rest_after_waiter = 1ms;
constexpr std::chrono::nanoseconds rest_without_memory = 20ms;

}  // namespace

HostPump::HostPump(Mutex& mutex, HostDispatcher& hosts, std::chrono::nanoseconds host_timeout)
    : mutex_(mutex), hosts_(hosts), answers_(hosts), host_timeout_(host_timeout) {}

void HostPump::start() {
  const MutexLock lock(mutex_);
  start_thread_without_signals([this] { run(); });
  runs_ = true;
}

void HostPump::stop(MutexLock& lock) {
  stops_ = true;
  bell_.ring();
  rest_.notify_all();
  stopped_.wait(lock.native(), [&] { return !runs_ && !is_read_; });
}

bool HostPump::wait(MutexLock& lock, const Awaited& awaited, Deadline deadline) {
  if (awaited.holds()) return true;
  Waiter self(awaited);
  waiters_.push_back(self);
  struct Leave {  // also when memory runs out
    HostPump& pump;
    Waiter& self;
    ~Leave() { pump.leave(self); }
  };
  const Leave leave{*this, self};
  while (!awaited.holds() && !has_passed(deadline)) {
    if (!is_read_ && !stops_) {
      reader_ = &self;
      step(lock, deadline);
      reader_ = nullptr;
      was_read_by_waiter_ = true;
      if (stops_) stopped_.notify_all();
    } else if (deadline == never) {
      self.wake.wait(lock.native());
    } else {
      self.wake.wait_until(lock.native(), deadline);
    }
  }
  return awaited.holds();
}

void HostPump::leave(Waiter& waiter) {
  waiters_.erase(waiters_.iterator_to(waiter));
  if (reader_ == &waiter) reader_ = nullptr;
  if (stops_) stopped_.notify_all();
  if (is_read_) return;
  if (!waiters_.empty()) {
    waiters_.front().wake.notify_one();
  } else if (!may_rest()) {
    rest_.notify_one();
  }
}

void HostPump::read_soon() {
  if (!is_read_ && waiters_.empty()) rest_.notify_one();
}

void HostPump::tell() {
  for (Waiter& waiter : waiters_) {
    if (!waiter.awaited.holds()) continue;
    &waiter == reader_ ? static_cast<void>(bell_.ring()) : waiter.wake.notify_one();
  }
}

// Nothing is expected from the hosts but how they are.
bool HostPump::may_rest() const {
  const auto& hosts = hosts_.hosts();
  return std::all_of(hosts.begin(), hosts.end(), [](const RemoteHost& host) { return host.items() == 0; });
}

void HostPump::flush() noexcept {
  if (send()) return;
  is_read_ ? static_cast<void>(bell_.ring()) : rest_.notify_one();  // the reader goes on when there is room
}

// True if all of it went.
bool HostPump::send() noexcept {
  bool all_sent = true;
  for (RemoteHost& host : hosts_.hosts()) {
    if (host.is_gone() || host.link.unsent_bytes() == 0) continue;
    host.link.flush();  // an end is noticed where it is read
    if (host.link.unsent_bytes() != 0) all_sent = false;
  }
  return all_sent;
}

void HostPump::run() noexcept {
  MutexLock lock(mutex_);
  while (!stops_) {
    if (is_read_ || !waiters_.empty()) {
      if (!is_read_) waiters_.front().wake.notify_one();
      rest_.wait_for(lock.native(), interval());
    } else if (std::exchange(was_read_by_waiter_, false) && may_rest()) {
      // The next waiter, which may come soon, then finds nobody in its place.
      rest_.wait_for(lock.native(), rest_after_waiter);
    } else {
      try {
        step(lock, never);
      } catch (...) {
        rest_.wait_for(lock.native(), rest_without_memory);  // what has come is still there
      }
    }
  }
  runs_ = false;
  stopped_.notify_all();
}

void HostPump::step(MutexLock& lock, Deadline limit) {
  ask(Clock::now());
  sockets_.assign(1, {.fd = bell_.fd()});
  for (const RemoteHost& host : hosts_.hosts()) {
    sockets_.push_back({.fd = host.is_gone() ? -1 : host.link.fd(), .wants_to_send = host.link.unsent_bytes() != 0});
  }
  const Clock::time_point began = Clock::now();
  const Deadline due = began + (hosts_.wants_second_look() ? second_look : interval());
  {
    is_read_ = true;
    struct Done {
      bool& is_read;
      ~Done() { is_read = false; }
    };
    const Done done{is_read_};
    lock.unlocked([&] { read(std::min(due, limit)); });
  }
  const Clock::time_point now = Clock::now();
  take(now);
  // If this process has slept for longer than it wanted, it was stopped: the hosts get their time once more.
  if (now > due + host_timeout_ / 4) {
    for (RemoteHost& host : hosts_.hosts()) host.heard = now;
  }
  lose_silent_hosts(now);
  hosts_.feed();
  hosts_.rebalance(now);
  send();
  tell();
}

// Without the mutex: nobody else uses the receiving side of a link.
void HostPump::read(Deadline deadline) {
  wait_for_sockets(sockets_, deadline);
  if (sockets_[0].is_ready) bell_.drain();
  std::vector<RemoteHost>& hosts = hosts_.hosts();
  for (std::size_t index = 0; index != hosts.size(); ++index) {
    AwaitedSocket& socket = sockets_[index + 1];
    if (socket.is_ready && !hosts[index].link.read()) socket.has_ended = true;
  }
}

void HostPump::take(Clock::time_point now) {
  std::vector<RemoteHost>& hosts = hosts_.hosts();
  for (std::size_t index = 0; index != hosts.size(); ++index) {
    if (!sockets_[index + 1].is_ready) continue;
    RemoteHost& host = hosts[index];
    host.heard = now;
    try {
      while (const auto message = host.link.receive()) answers_.take(host, *message);
      if (sockets_[index + 1].has_ended) hosts_.lose(host, "has ended");
    } catch (const MalformedBytes& error) {
      hosts_.lose(host, std::string("cannot be trusted: ") + error.what());
    } catch (const std::bad_alloc&) {
      hosts_.lose(host, "sent answers for which there is no memory");
    }
  }
}

void HostPump::lose_silent_hosts(Clock::time_point now) {
  for (RemoteHost& host : hosts_.hosts()) {
    const bool is_asked = host.is_up() || host.state == RemoteHost::State::starting;
    const auto silent = now - host.heard;
    if (!is_asked || silent < host_timeout_) continue;
    hosts_.lose(host, "was silent for " + std::to_string(silent / 1ms) + " ms");
  }
}

void HostPump::ask(Clock::time_point now) {
  if (now - asked_ < interval()) return;
  asked_ = now;
  for (RemoteHost& host : hosts_.hosts()) {
    if (host.is_up() || host.state == RemoteHost::State::starting) host.ask(0);
  }
  send();
}

std::chrono::nanoseconds HostPump::interval() const {
  return std::min<std::chrono::nanoseconds>(question_interval, host_timeout_ / 8);
}

}  // namespace multiprocessing::detail
