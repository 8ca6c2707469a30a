// SPDX-License-Identifier: MIT
#pragma once

#include "hosts/host_answers.hpp"
#include "os/event_fd.hpp"
#include "os/mutex.hpp"
#include "os/stream_socket.hpp"
#include "pool/parent/collector.hpp"

#include <boost/intrusive/list.hpp>

#include <condition_variable>
#include <vector>

namespace multiprocessing::detail {

// Reads what the hosts' agents send. A thread that waits does it, one at a time; while none waits, a thread of its own.
// The reader also asks each host four times a second how it is, and takes for lost those that are silent. Guarded by
// the mutex that it is given.
class HostPump {
 public:
  HostPump(Mutex& mutex, HostDispatcher& hosts, std::chrono::nanoseconds host_timeout);
  void start();                // Throws std::system_error.
  void stop(MutexLock& lock);  // from then on nobody reads

  // Until it holds (it is asked under the mutex) or the deadline has passed: what it says then.
  bool wait(MutexLock& lock, const Awaited& awaited, Deadline deadline);
  template <class Holds>
  bool wait_for(MutexLock& lock, Deadline deadline, Holds holds) {
    return wait(lock, AwaitedWhen(std::move(holds)), deadline);
  }
  void tell();            // what a thread waits for may hold now
  void read_soon();       // nobody may wait for what was handed in
  void flush() noexcept;  // sends what the hosts take now, and the rest when they can take it

 private:
  struct Waiter : boost::intrusive::list_base_hook<> {
    explicit Waiter(const Awaited& what) : awaited(what) {}
    const Awaited& awaited;
    std::condition_variable wake;
  };
  void run() noexcept;
  void step(MutexLock& lock, Deadline limit);
  void read(Deadline deadline);
  void take(Clock::time_point now);
  bool send() noexcept;
  void leave(Waiter& waiter);
  void lose_silent_hosts(Clock::time_point now);
  void ask(Clock::time_point now);            // if it is time
  std::chrono::nanoseconds interval() const;  // between two questions
  bool may_rest() const;

  Mutex& mutex_;
  HostDispatcher& hosts_;
  HostAnswers answers_;
  const std::chrono::nanoseconds host_timeout_;
  EventFd bell_;  // ends the reader's sleep
  boost::intrusive::list<Waiter> waiters_;
  const Waiter* reader_ = nullptr;  // if it is a waiter
  bool is_read_ = false;            // somebody reads
  bool was_read_by_waiter_ = false;
  std::condition_variable rest_;  // of the own thread
  Clock::time_point asked_{};
  bool runs_ = false;
  bool stops_ = false;
  std::condition_variable stopped_;
  std::vector<AwaitedSocket> sockets_;  // the reader's
};

}  // namespace multiprocessing::detail
