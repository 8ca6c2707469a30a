// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/deadline.hpp>
#include <multiprocessing/detail/export.hpp>
#include <multiprocessing/detail/process_target.hpp>
#include <multiprocessing/process_info.hpp>

#include <sys/types.h>

#include <chrono>
#include <concepts>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace multiprocessing {

namespace detail {
class ProcessCore;
}

// A child process of its own: a fork of the thread that calls start(), which runs target(args...) and ends.
//
// The target may be any callable and any closure: it is inherited by the fork, nothing is sent, and what the child
// writes stays there. Target and arguments are kept until start() has returned; then the caller's copies are destroyed,
// the child's when the target has returned. Arguments are passed as rvalues, as std::thread does.
//
// In the child, signals that the program catches have their default action, as after exec, so that terminate() ends it;
// ignored ones stay ignored; those that the caller blocks stay blocked, except SIGTERM. A target that wants a handler
// installs it as its first act. The child has /dev/null as standard input, and no other thread.
//
// It ends as main() does, with code 0, or by exit(n) with n: what it registered itself with atexit runs, with its own
// static objects and the thread_local ones of the thread that forked; what the program registered before the fork does
// not; standard output and error are flushed. An exception that escapes is printed there after "Process NAME:", with
// all that is nested in it, and gives code 1.
//
// At the end of a process that has children, by return from main() or exit() (or the end of the target), its daemons
// are ended and the others joined: in a handler that the first start() registers with atexit, so objects that were
// static before are destroyed later. However else a process ends, by a signal, _exit() or exec, the kernel kills its
// daemons at that moment, and the others live on. (A daemon that itself calls exec, or closes all descriptors, cannot
// be told.) What a task of a Pool starts and leaves is killed with its worker. Daemons may have children here, daemons
// themselves unless they are told otherwise.
//
// Any thread may make and start processes; one object is for one thread at a time. Movable. In a process that was
// forked meanwhile, the child itself included, all but name(), daemon() and pid() is std::logic_error that names the
// owner, and the destructor does nothing. So are calls before start() that need a child, and calls after close().
class MULTIPROCESSING_EXPORT Process {
 public:
  template <class... A, class F = detail::one_function_t<A...>>
  requires(!std::same_as<F, Process>) explicit Process(F target, A... args)
      : Process(detail::make_process_target<F, A...>(std::move(target), std::move(args)...)) {}
  Process(Process&& other) noexcept;
  Process& operator=(Process&& other) noexcept;  // first what the destructor does
  // join(); a daemon is ended: SIGTERM, after 0.5 s SIGKILL. Nothing if it was never started.
  ~Process();

  // Forks, once. std::system_error if the system refuses a process or a descriptor: then nothing has run, and it may be
  // called again. First reaps the other processes that have ended, as active_children() does.
  void start();

  // Waits until the child has ended; with a timeout true if it has. Any timeout: hours::max() is none, below 0 is 0.
  void join() { join_until(detail::never); }
  template <class Rep, class Period>
  bool join(std::chrono::duration<Rep, Period> timeout) {
    return join_until(detail::deadline_after(timeout));
  }
  bool is_alive();  // false before start()

  // -N if signal N ended it. None before start(), none while it runs; and none for ever, once is_alive() is false, if
  // somebody else took it: the program ignores SIGCHLD, or has waited for any child.
  std::optional<int> exitcode();

  pid_t pid() const;     // 0 before start()
  int sentinel() const;  // a descriptor that is readable once the child has ended; open until close(), or destruction
  void terminate();      // SIGTERM; nothing if it has ended. std::system_error if the system forbids it
  void kill();           // SIGKILL, likewise
  void close();          // gives its descriptor back; std::logic_error while it runs

  // "Process-1", "Process-2"; of children of Process-1 "Process-1:1". Also in ps, cut to 15 characters. Once it has
  // started a new name is known here only.
  const std::string& name() const;
  void set_name(std::string name);
  // Whether it ends with its parent. At first as the process that makes it. std::logic_error after start().
  bool daemon() const;
  void set_daemon(bool is_daemon);

 private:
  explicit Process(std::unique_ptr<detail::ProcessTarget> target);
  detail::ProcessCore& core() const;
  bool join_until(detail::Deadline deadline);

  std::unique_ptr<detail::ProcessCore> core_;
};

namespace detail {
MULTIPROCESSING_EXPORT std::vector<int> wait_until(const std::vector<int>& sentinels, Deadline deadline);
}

// Waits until at least one of the descriptors is readable, and says which are, in the order given. Sentinels are meant,
// but any that can be polled will do. With none given it returns at once. A signal does not end it.
// std::system_error for one that is not open, std::invalid_argument for a negative one.
inline std::vector<int> wait(const std::vector<int>& sentinels) { return detail::wait_until(sentinels, detail::never); }
// The same; none if none is readable when the time is up.
template <class Rep, class Period>
std::vector<int> wait(const std::vector<int>& sentinels, std::chrono::duration<Rep, Period> timeout) {
  return detail::wait_until(sentinels, detail::deadline_after(timeout));
}

}  // namespace multiprocessing
