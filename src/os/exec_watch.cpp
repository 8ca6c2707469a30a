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

// A place is never freed, so that a fork at any moment finds the list whole; it is used again.
struct ExecWatch::Place {
  std::atomic<bool> taken = true;
  std::atomic<MarkedFd> fd = {};
  Place* next = nullptr;
};

namespace {

// A fork handler gets no argument: what it needs can only be found from here. It takes no lock: in the child nobody
// could release it. None of this is ever destroyed.
std::atomic<ExecWatch::Place*> places = nullptr;

void clear(ExecWatch::Place& place) noexcept { UniqueFd(place.fd.exchange(MarkedFd())).reset(); }

void after_fork_in_child() {
  const int saved_errno = errno;
  for (ExecWatch::Place* place = places.load(); place != nullptr; place = place->next) {
    clear(*place);
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

ExecWatch::Place* take_place() {
  for (ExecWatch::Place* place = places.load(); place != nullptr; place = place->next) {
    if (!place->taken.exchange(true)) return place;
  }
  auto place = std::make_unique<ExecWatch::Place>();
  place->next = places.load();
  while (!places.compare_exchange_weak(place->next, place.get())) {
  }
  return place.release();
}

UniqueFd connect(ExecWatch::Place& place) {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) throw_errno("cannot make a socket pair");
  UniqueFd far_end(ends[1]);
  UniqueFd near_end = own_fd(ends[0], "cannot make a socket pair");
  // Its mark is forgotten: die_with_near_end() has another use for the signal.
  far_end = UniqueFd(own_fd(far_end.release().number, "cannot make a socket pair").release().number);
  place.fd.store(near_end.release());
  return far_end;
}

}  // namespace

ExecWatch::ExecWatch() : near_end_(nullptr) {
  register_fork_handlers();
  near_end_ = take_place();
  // A fork by another thread between the making of the socket and its entry in the list would leave a copy in that
  // child: then make another. The bound is for programs that never stop forking; they risk that copy.
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

ExecWatch::~ExecWatch() {
  cut();
  near_end_->taken.store(false);
}

bool die_with_near_end(int far_end) noexcept {
  // A socket that is watched so sends a signal when its other end closes: by default SIGIO, here one that needs no
  // handler. Nothing is ever written, so nothing else can send it.
  if (::fcntl(far_end, F_SETOWN, ::getpid()) != 0 || ::fcntl(far_end, F_SETSIG, SIGKILL) != 0 ||
      ::fcntl(far_end, F_SETFL, O_ASYNC) != 0) {
    return false;
  }
  // What closed before that sends nothing any more.
  pollfd end{.fd = far_end, .events = POLLIN, .revents = 0};
  if (::poll(&end, 1, 0) != 0) ::raise(SIGKILL);
  return true;
}

}  // namespace multiprocessing::detail
