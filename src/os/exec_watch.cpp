// SPDX-License-Identifier: MIT
#include "os/exec_watch.hpp"

#include "os/error.hpp"
#include "os/fork_count.hpp"

#include <multiprocessing/detail/deadline.hpp>

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <memory>

namespace multiprocessing::detail {

// An entry of the list. It is never freed, so that a fork at any moment finds the list intact; it is used again.
struct ExecWatch::Entry {
  std::atomic<bool> taken = true;
  std::atomic<MarkedFd> fd = {};
  Entry* next = nullptr;
};

namespace {

// A fork handler gets no argument, so it must find its data from here. It takes no lock, because in the child nobody
// could release it. None of this is ever destroyed.
std::atomic<ExecWatch::Entry*> entries = nullptr;

void clear(ExecWatch::Entry& entry) noexcept { UniqueFd(entry.fd.exchange(MarkedFd())).reset(); }

void after_fork_in_child() {
  const int saved_errno = errno;
  for (ExecWatch::Entry* entry = entries.load(); entry != nullptr; entry = entry->next) {
    clear(*entry);
  }
  errno = saved_errno;
}

void register_fork_handlers() {
  count_forks();
  static const int error = ::pthread_atfork(nullptr, nullptr, after_fork_in_child);
  if (error == 0) return;
  errno = error;
  throw_errno("cannot register a fork handler");
}

ExecWatch::Entry* take_entry() {
  for (ExecWatch::Entry* entry = entries.load(); entry != nullptr; entry = entry->next) {
    if (!entry->taken.exchange(true)) return entry;
  }
  auto entry = std::make_unique<ExecWatch::Entry>();
  entry->next = entries.load();
  while (!entries.compare_exchange_weak(entry->next, entry.get())) {
  }
  return entry.release();
}

UniqueFd connect(ExecWatch::Entry& entry) {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) throw_errno("cannot make a socket pair");
  UniqueFd far_end(ends[1]);
  UniqueFd near_end = own_fd(ends[0], "cannot make a socket pair");
  // Drops its mark: die_with_near_end() uses the signal for something else.
  far_end = UniqueFd(own_fd(far_end.release().number, "cannot make a socket pair").release().number);
  entry.fd.store(near_end.release());
  return far_end;
}

}  // namespace

ExecWatch::ExecWatch() : near_end_(nullptr) {
  register_fork_handlers();
  near_end_ = take_entry();
  // If another thread forks between the making of the socket and its entry in the list, that child has a copy: then
  // this makes another socket. The limit is for programs that never stop forking; they risk the copy.
  const Deadline give_up = deadline_after(std::chrono::seconds(1));
  try {
    for (;;) {
      const std::uint64_t begun = forks_begun();
      const bool last_try = Clock::now() >= give_up;
      if (forks_over() != begun && !last_try) {
        ::sched_yield();
        continue;
      }
      far_end_ = connect(*near_end_);
      if (forks_begun() == begun || last_try) return;
      clear(*near_end_);
    }
  } catch (...) {
    near_end_->taken.store(false);
    throw;
  }
}

bool ExecWatch::is_ours() const noexcept { return near_end_->fd.load().is_ours(); }

void ExecWatch::cut() noexcept { clear(*near_end_); }

void ExecWatch::let_go() noexcept {
  const MarkedFd fd = near_end_->fd.load();
  const char go = 1;
  // Nobody may wait for what cannot be sent.
  if (!fd.is_ours() || ::send(fd.number, &go, sizeof go, MSG_NOSIGNAL | MSG_DONTWAIT) != sizeof go) cut();
}

ExecWatch::~ExecWatch() {
  cut();
  near_end_->taken.store(false);
}

bool wait_to_be_let_go(int far_end) noexcept {
  char go = 0;
  ssize_t got = 0;
  do {
    got = ::read(far_end, &go, sizeof go);
  } while (got < 0 && errno == EINTR);
  return got == sizeof go;
}

bool die_with_near_end(int far_end) noexcept {
  // A socket set up like this sends a signal when its other end closes: by default SIGIO, here one that needs no
  // handler. Nothing is written to it from now on, so nothing else sends the signal.
  if (::fcntl(far_end, F_SETOWN, ::getpid()) != 0 || ::fcntl(far_end, F_SETSIG, SIGKILL) != 0 ||
      ::fcntl(far_end, F_SETFL, O_ASYNC) != 0) {
    return false;
  }
  // If the other end closed before that, no signal comes.
  pollfd end{.fd = far_end, .events = POLLIN, .revents = 0};
  if (::poll(&end, 1, 0) != 0) ::raise(SIGKILL);
  return true;
}

}  // namespace multiprocessing::detail
