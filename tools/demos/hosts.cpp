// SPDX-License-Identifier: MIT
// hosts: One pool on three hosts: who did what, and what it costs when one of them is switched off.
// Exercise: send the naps to all hosts with the one call that you would use on one machine.
#include <multiprocessing/detail/host_pool.hpp>
#include <multiprocessing/init.hpp>
#include <multiprocessing/pool.hpp>
#ifdef WITH_MPI
#include <multiprocessing/mpi.hpp>
#endif

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <functional>
#include <map>
#include <string>
#include <thread>
#include <vector>

namespace mp = multiprocessing;
using namespace std::chrono_literals;

// The last line of every demo, and what it needs.
double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }
double seconds(const std::function<void()>& run) {
  const double begin = now();
  run();
  return now() - begin;
}
double best(const std::function<void()>& run) { return std::min({seconds(run), seconds(run), seconds(run)}); }
void last_line(const char* one, double first, const char* other, double second) {
  std::printf("%s: %.3f s. %s: %.3f s. Ratio: %.2f (best of 3 each).\n", one, first, other, second, first / second);
}

const std::vector<int> naps(60, 20);  // of 20 ms
int nap(int milliseconds) {
  std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
  return getpid();
}

using Workers = std::vector<std::pair<std::string, pid_t>>;
void say_who(const std::vector<int>& pids, const Workers& workers) {
  std::map<std::string, int> naps_of;
  for (const auto& [host, pid] : workers) naps_of[host] += static_cast<int>(std::ranges::count(pids, pid));
  for (const auto& [host, count] : naps_of) std::printf("  %-24s took %2d naps\n", host.c_str(), count);
}

// Hosts without MPI: agents on this machine, which the program starts once for each. Each drives two workers.
struct Hosts : mp::detail::BytePool<Hosts> {
  explicit Hosts(int count) : Hosts(mp::detail::start_local_agents(count)) {}
  explicit Hosts(const std::vector<mp::detail::HostConnection>& agents)
      : Hosts(agents, mp::detail::make_host_group(agents, {.processes = 2})) {}
  Hosts(const std::vector<mp::detail::HostConnection>& agents, const std::shared_ptr<mp::detail::ByteCore>& its_core)
      : BytePool(its_core), core(its_core), second_agent(agents[agents.size() / 2].child) {}
  Workers workers() const { return mp::detail::workers_of_hosts(*core); }
  std::shared_ptr<mp::detail::ByteCore> core;
  pid_t second_agent;
};

int main(int argc, char** argv) {
  mp::init(argc, argv);
#ifdef WITH_MPI
  if (mp::mpi::hosts() > 1) {
    mp::mpi::Pool pool({.processes = 2});
    Workers workers;
    for (const auto& [host, pid] : pool.workers()) workers.emplace_back(host, pid);
    say_who(pool.map(nap, naps), workers);
    return 0;
  }
#endif
  Hosts pool(3);
  const Workers workers = pool.workers();
  say_who(pool.map(nap, naps), workers);  // the key line
  std::puts("\nNow host2 is switched off while it works:");
  std::jthread power_cut([&] {
    std::this_thread::sleep_for(50ms);
    kill(pool.second_agent, SIGKILL);
  });
  const std::vector<int> pids = pool.map(nap, naps);
  say_who(pids, workers);
  std::printf("All %zu results are there. What host2 had begun ran once more: nobody knows how far it had come.\n\n",
              pids.size());
  Hosts one(1), three(3);
  last_line("60 naps of 20 ms on one host", best([&] { one.map(nap, naps); }), "On three",
            best([&] { three.map(nap, naps); }));
}
