// SPDX-License-Identifier: MIT
// A pool that has nothing to do must not be noticed.
#include <multiprocessing/pool.hpp>

#include "empty_task.hpp"
#include "figures.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <thread>

namespace bench {
namespace {

namespace mp = multiprocessing;
using measuring::empty_task;

struct ProcessTimes {
  pid_t parent;
  long ticks;  // in user and kernel mode, all threads
};

std::map<pid_t, ProcessTimes> all_processes() {
  std::map<pid_t, ProcessTimes> all;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const std::string name = entry.path().filename().string();
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    std::string stat;
    std::getline(std::ifstream(entry.path() / "stat"), stat);
    const std::size_t name_end = stat.rfind(')');  // the name may hold blanks and brackets
    if (name_end == std::string::npos) continue;   // it has just ended
    std::istringstream fields(stat.substr(name_end + 1));
    char state = 0;
    pid_t parent = 0;
    std::string skipped;
    long user = 0;
    long kernel = 0;
    fields >> state >> parent;
    for (int i = 5; i != 14; ++i) fields >> skipped;
    fields >> user >> kernel;
    all[std::stoi(name)] = {parent, user + kernel};
  }
  return all;
}

// This process and all that descend from it: parent, fork server and workers.
std::map<pid_t, long> family_ticks() {
  const auto all = all_processes();
  std::map<pid_t, long> family{{::getpid(), all.at(::getpid()).ticks}};
  for (std::size_t size = 0; size != family.size();) {
    size = family.size();
    for (const auto& [pid, times] : all) {
      if (family.contains(times.parent)) family.emplace(pid, times.ticks);
    }
  }
  return family;
}

}  // namespace

std::vector<Row> measure_idle(const Setting& setting) {
  mp::Pool pool(setting.workers);
  pool.map(&empty_task, std::vector<int>(100'000, 1));
  pool.apply_async(&empty_task, 1).get();  // starts the background thread, if anything does
  std::this_thread::sleep_for(std::chrono::milliseconds(300));

  const auto before = family_ticks();
  std::this_thread::sleep_for(setting.idle_time);
  const auto after = family_ticks();

  long ticks = 0;
  for (const auto& [pid, then] : after) ticks += then - (before.contains(pid) ? before.at(pid) : 0);
  Row row{.subject = "CPU time while idle, " + std::to_string(setting.idle_time.count() / 1000) + " s",
          .unit = "ticks",
          .ours = static_cast<double>(ticks),
          .limit = Limit::ours,
          .goal = 0,
          .samples = 1};
  row.note =
      std::to_string(after.size()) + " processes; a tick is " + std::to_string(1000 / ::sysconf(_SC_CLK_TCK)) + " ms";
  for (const pid_t pid : pool.worker_pids()) {
    if (!after.contains(pid)) throw std::runtime_error("worker " + std::to_string(pid) + " is no descendant");
  }
  return {row};
}

}  // namespace bench
