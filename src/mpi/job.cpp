// SPDX-License-Identifier: MIT
#include "mpi/job.hpp"

#include <multiprocessing/errors.hpp>
#include <multiprocessing/init.hpp>
#include <multiprocessing/worker.hpp>

#include "mpi/courier.hpp"
#include "mpi/launch.hpp"
#include "mpi/orders.hpp"
#include "mpi/porter.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <mutex>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

namespace multiprocessing::mpi::internal {
namespace {

// A child that is given orders.
struct Servant {
  pid_t pid = 0;
  Fd orders;
  Fd end;  // a pidfd
};

struct Job {
  bool is_started = false;
  pid_t program = 0;  // on ranks but the first: 0, as main() does not go on
  Servant porter;
  Servant courier;
  std::mutex mutex;
  bool is_ready = false;  // MPI is up
};

// Never destroyed: an atexit handler uses it, and workers end without one.
Job& job() {
  static Job& the_job = *new Job;
  return the_job;
}

template <class Act>
Servant fork_servant(Act act) {
  auto [here, there] = order_sockets();
  const pid_t self = ::getpid();
  const pid_t child = ::fork();
  if (child < 0) throw std::system_error(errno, std::generic_category(), "cannot fork");
  if (child > 0) return {child, std::move(here), open_pidfd(child)};
  here.reset();
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != self) ::_exit(1);
  int code = 1;
  try {
    code = act(std::move(there), self);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "multiprocessing: %s: %s\n", name_of_this_host().c_str(), error.what());
  }
  ::_exit(code);
}

int be_courier(Fd orders, pid_t parent) {
  ::prctl(PR_SET_NAME, "mp-courier");
  ::prctl(PR_SET_TIMERSLACK, 1);  // else each nap takes 50 us more
  // It ends when its parent does, after it has told the others.
  for (const int ignored : {SIGINT, SIGTERM, SIGHUP, SIGQUIT}) ::signal(ignored, SIG_IGN);
  Courier courier(launch(), std::move(orders), parent);
  ::prctl(PR_SET_PDEATHSIG, 0);
  return courier.run();
}

int be_first_porter(Fd orders, pid_t program) {
  ::prctl(PR_SET_NAME, "mp-porter");
  ::prctl(PR_SET_PDEATHSIG, 0);  // it watches the program, and ends the agents
  be_porter(std::move(orders), program);
  return 0;
}

// Kills it if it does not end in that time. Returns its wait status.
int wait_for(Servant& servant, int milliseconds) {
  servant.orders.reset();
  const auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(milliseconds);
  pollfd awaited{servant.end.get(), POLLIN, 0};
  int ready = -1;
  for (auto left = milliseconds; ready < 0 && left >= 0;) {  // a signal may end a poll
    ready = ::poll(&awaited, 1, left);
    left = static_cast<int>((end - std::chrono::steady_clock::now()) / std::chrono::milliseconds(1));
  }
  if (ready <= 0) kill_by_pidfd(servant.end.get());
  int status = 0;
  while (::waitpid(servant.pid, &status, 0) < 0 && errno == EINTR) {
  }
  return status;
}

[[noreturn]] void be_other_rank() {
  Servant courier = fork_servant(be_courier);
  be_porter(std::move(courier.orders), courier.pid);
  const int status = wait_for(courier, 5'000);
  std::fflush(nullptr);
  ::_exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
}

void end_job() {
  Job& the = job();
  if (the.program != ::getpid()) return;  // a process that the program has forked
  send_order(the.courier.orders.get(), {Order::Kind::over});
  send_order(the.porter.orders.get(), {Order::Kind::over});
  wait_for(the.porter, 3'000);
  wait_for(the.courier, 8'000);
}

void start_job() {
  Job& the = job();
  if (launch().size == 1 || std::exchange(the.is_started, true)) return;
  std::fflush(nullptr);  // what a fork has in its buffers, it prints again
  if (launch().rank != 0) be_other_rank();
  the.porter = fork_servant(be_first_porter);
  the.courier = fork_servant([&the](Fd orders, pid_t program) {
    the.porter.orders.reset();
    return be_courier(std::move(orders), program);
  });
  the.program = ::getpid();
  std::atexit(end_job);
}

[[maybe_unused]] const bool will_start_job = (detail::at_init(start_job), true);

void check_process(const Job& the) {
  if (the.program == ::getpid()) return;
  if (the.is_started || worker_index()) {
    throw std::logic_error(
        "an mpi::Pool is made by the process that runs main(), and this is a worker, or was forked: make a Pool here");
  }
  throw std::logic_error("the launcher started " + std::to_string(launch().size) +
                         " processes, and each would do all the work: make multiprocessing::init(argc, argv) the first "
                         "line of main(), or link the CMake target multiprocessing::main");
}

void await_mpi(Job& the) {
  if (the.is_ready) return;
  const auto received = receive_order(the.courier.orders.get(), Waiting::yes);
  the.is_ready = received && received->order.kind == Order::Kind::ready;
  if (!the.is_ready) throw BrokenPool("MPI did not start on " + name_of_this_host() + ": stderr has its reasons");
}

}  // namespace

std::vector<detail::HostConnection> connect_hosts() {
  Job& the = job();
  check_process(the);
  const std::lock_guard lock(the.mutex);
  await_mpi(the);
  std::vector<Fd> sockets;
  for (int rank = 0; rank < launch().size; ++rank) {
    auto [here, there] = stream_pair();
    const int servant = (rank == 0 ? the.porter : the.courier).orders.get();
    // If it is gone, the connection ends at once.
    send_order(servant, {Order::Kind::serve, rank}, there.get());
    sockets.push_back(std::move(here));
  }
  std::vector<detail::HostConnection> connections;
  connections.reserve(sockets.size());
  for (Fd& socket : sockets) connections.push_back({socket.release(), 0});
  return connections;
}

}  // namespace multiprocessing::mpi::internal
