// SPDX-License-Identifier: MIT
#include "mpi/porter.hpp"

#include <multiprocessing/detail/host_pool.hpp>

#include "mpi/launch.hpp"
#include "mpi/orders.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <exception>
#include <vector>

namespace multiprocessing::mpi::internal {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

class Porter {
 public:
  explicit Porter(Fd orders) : orders_(std::move(orders)) {
    for (std::size_t i = 0; i < ignored.size(); ++i) before_[i] = ::signal(ignored[i], SIG_IGN);
  }
  void serve(pid_t giver) {
    const Fd end_of_giver = open_pidfd(giver);
    for (;;) {
      std::vector<pollfd> awaited{{orders_.get(), POLLIN, 0}, {end_of_giver.get(), POLLIN, 0}};
      for (const Agent& agent : agents_) awaited.push_back({agent.end.get(), POLLIN, 0});
      if (::poll(awaited.data(), awaited.size(), -1) < 0) continue;
      bury_agents();
      if (awaited[0].revents != 0) {
        auto received = receive_order(orders_.get(), Waiting::no);
        if (received && received->order.kind != Order::Kind::serve) return;
        if (received && received->socket) start_agent(std::move(received->socket));
      } else if (awaited[1].revents != 0) {
        return;
      }
    }
  }
  void end_agents() {
    orders_.reset();
    for (const auto end = Clock::now() + 2s; !agents_.empty() && Clock::now() < end;) {
      pollfd first{agents_.front().end.get(), POLLIN, 0};
      ::poll(&first, 1, 100);
      bury_agents();
    }
    for (const Agent& agent : agents_) {
      ::kill(agent.pid, SIGKILL);
      ::waitpid(agent.pid, nullptr, 0);
    }
    agents_.clear();
  }

 private:
  // Ctrl-C at a terminal reaches every process of the group: those of the program may handle it.
  static constexpr std::array ignored{SIGINT, SIGQUIT};
  struct Agent {
    pid_t pid;
    Fd end;
  };

  void start_agent(Fd socket) {
    const pid_t self = ::getpid();
    const pid_t child = ::fork();
    if (child == 0) be_agent(std::move(socket), self);
    if (child < 0) {
      std::perror("multiprocessing: cannot fork an agent for another pool");
      return;
    }
    try {
      agents_.push_back({child, open_pidfd(child)});
    } catch (const std::system_error& error) {
      std::fprintf(stderr, "multiprocessing: cannot watch an agent for another pool: %s\n", error.what());
      ::kill(child, SIGKILL);
      ::waitpid(child, nullptr, 0);
    }
  }
  [[noreturn]] void be_agent(Fd socket, pid_t porter) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != porter) ::_exit(1);
    orders_.reset();
    agents_.clear();
    for (std::size_t i = 0; i < ignored.size(); ++i) ::signal(ignored[i], before_[i]);
    int code = 1;
    try {
      code = detail::serve_as_agent(socket.release(), name_of_this_host());
    } catch (const std::exception& error) {
      std::fprintf(stderr, "multiprocessing: the agent on %s ends: %s\n", name_of_this_host().c_str(), error.what());
    }
    std::fflush(nullptr);
    ::_exit(code);
  }
  void bury_agents() {
    std::erase_if(agents_, [](const Agent& agent) { return ::waitpid(agent.pid, nullptr, WNOHANG) != 0; });
  }

  Fd orders_;
  std::array<sighandler_t, ignored.size()> before_{};
  std::vector<Agent> agents_;
};

}  // namespace

void be_porter(Fd orders, pid_t giver) {
  Porter porter(std::move(orders));
  porter.serve(giver);
  porter.end_agents();
}

}  // namespace multiprocessing::mpi::internal
