// SPDX-License-Identifier: MIT
#include <multiprocessing/process.hpp>

#include "os/wait.hpp"
#include "process/process_core.hpp"

#include <algorithm>
#include <csignal>
#include <stdexcept>

namespace multiprocessing {

Process::Process(std::unique_ptr<detail::ProcessTarget> target)
    : core_(std::make_unique<detail::ProcessCore>(std::move(target))) {}
Process::Process(Process&&) noexcept = default;
Process& Process::operator=(Process&&) noexcept = default;
Process::~Process() = default;

detail::ProcessCore& Process::core() const {
  if (!core_) throw std::logic_error("this Process has been moved from");
  return *core_;
}

void Process::start() { core().start(); }
bool Process::join_until(detail::Deadline deadline) { return core().join(deadline); }
bool Process::is_alive() { return core().is_alive(); }
std::optional<int> Process::exitcode() { return core().exitcode(); }
pid_t Process::pid() const { return core().pid(); }
int Process::sentinel() const { return core().sentinel(); }
void Process::terminate() { core().send(SIGTERM); }
void Process::kill() { core().send(SIGKILL); }
void Process::close() { core().close(); }
const std::string& Process::name() const { return core().name(); }
void Process::set_name(std::string name) { core().set_name(std::move(name)); }
bool Process::daemon() const { return core().daemon(); }
void Process::set_daemon(bool is_daemon) { core().set_daemon(is_daemon); }

std::vector<int> detail::wait_until(const std::vector<int>& sentinels, Deadline deadline) {
  for (const int sentinel : sentinels) {
    if (sentinel < 0) throw std::invalid_argument("wait: " + std::to_string(sentinel) + " is no descriptor");
  }
  if (sentinels.empty()) return {};
  return wait_for_readable(sentinels, deadline);
}

}  // namespace multiprocessing
