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
// The target may be any callable and any closure: the fork inherits it, nothing is sent, and what the child writes
// stays in the child. Arguments are passed as rvalues, as std::thread does. start() destroys the caller's copies of
// target and arguments after the fork; the child destroys its own when the target has returned.
//
// In the child, signals that the program catches have their default action, as after exec, so that terminate() ends it;
// ignored ones stay ignored; those that the caller blocks stay blocked, except SIGTERM. A target that wants a handler
// installs it as its first act. The child has /dev/null as standard input, and no other thread.
//
// The child ends as by return from main(), with code 0, or by exit(n) with n. It runs the atexit handlers that it
// registered itself, and destroys its own static objects and the thread_local ones of the thread that forked. It runs
// no handler that the program registered before the fork. It flushes standard output and error. An exception that
// escapes is printed there after "Process NAME:", with all that is nested in it, and the code is 1.
//
// When a process that has children ends by return from main() or exit() (or at the end of the target), its daemons are
// ended and the others joined: in a handler that the first start() registers with atexit, so objects that were static
// before are destroyed later. If a process ends in another way, by a signal, _exit() or exec, the kernel kills its
// daemons at that moment, and the others live on. (A daemon that itself calls exec, or closes all descriptors, is not
// killed.) What a task of a Pool starts and leaves is killed with its worker. Daemons may have children here; these are
// daemons, too, unless set_daemon(false) says otherwise.
//
// Memory ordering: the child sees what the caller's thread wrote before start(). What the child wrote to objects that
// processes share before it ended is seen by a thread once join() has returned true, or is_alive() false.
//
// Any thread may make and start processes; one object is for one thread at a time. Movable. In a process that was
// forked meanwhile, the child itself included, all calls but name(), daemon() and pid() are std::logic_error, which
// names the owner, and the destructor does nothing. Calls that need a child are std::logic_error before start(), and so
// are all calls after close().
class MULTIPROCESSING_EXPORT Process {
 public:
  template <class... A, class F = detail::one_function_t<A...>>
  requires(!std::same_as<F, Process>) explicit Process(F target, A... args)
      : Process(detail::make_process_target<F, A...>(std::move(target), std::move(args)...)) {}
  Process(Process&& other) noexcept;
  Process& operator=(Process&& other) noexcept;  // does what the destructor does first
  // Joins the child; ends a daemon by SIGTERM, after 0.5 s by SIGKILL. Does nothing if it was never started.
  ~Process();

  // Forks, once. The child waits, for 10 s at most, until this process can watch it, before it runs anything of the
  // program; then the target may begin shortly before start() returns. std::system_error if the system refuses a
  // process or a descriptor: then nothing has run, and start() may be called again. Before the fork it reaps the other
  // processes that have ended, as active_children() does. Blocks for the fork only.
  void start();

  // Waits until the child has ended; with a timeout returns whether it has. hours::max() is no timeout, a negative one
  // is 0.
  void join() { join_until(detail::never); }
  template <class Rep, class Period>
  bool join(std::chrono::duration<Rep, Period> timeout) {
    return join_until(detail::deadline_after(timeout));
  }
  bool is_alive();  // false before start()

  // The exit code, or -N if signal N ended the child. Nothing before start() and while it runs. Nothing, once
  // is_alive() is false, if the exit code is lost: the program ignores SIGCHLD, or has waited for any child.
  std::optional<int> exitcode();

  pid_t pid() const;     // 0 before start()
  int sentinel() const;  // a descriptor that is readable once the child has ended; open until close(), or destruction
  void terminate();      // sends SIGTERM, unless it has ended. std::system_error if the system forbids it
  void kill();           // sends SIGKILL, likewise
  void close();          // closes its descriptor; std::logic_error while it runs

  // "Process-1", "Process-2"; for children of Process-1 "Process-1:1". ps shows it, too, cut to 15 characters. A name
  // that is set after start() is known only to this object.
  const std::string& name() const;
  void set_name(std::string name);
  // Whether it ends with its parent. By default true if the process that makes it is a daemon. set_daemon() is
  // std::logic_error after start().
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

// Waits until at least one of the descriptors is readable, and returns those that are, in the order given. It is made
// for sentinels, but takes any descriptor that can be polled. Returns at once if none is given. A signal does not end
// the wait. std::system_error for a descriptor that is not open, std::invalid_argument for a negative one. Any thread.
inline std::vector<int> wait(const std::vector<int>& sentinels) { return detail::wait_until(sentinels, detail::never); }
// The same, but returns nothing if none is readable when the duration has passed.
template <class Rep, class Period>
std::vector<int> wait(const std::vector<int>& sentinels, std::chrono::duration<Rep, Period> timeout) {
  return detail::wait_until(sentinels, detail::deadline_after(timeout));
}

}  // namespace multiprocessing
