// SPDX-License-Identifier: MIT
#include <multiprocessing/process_info.hpp>

#include "os/this_process.hpp"
#include "process/family.hpp"
#include "process/process_state.hpp"

#include <csignal>
#include <utility>

namespace multiprocessing {

ProcessInfo::ProcessInfo(std::shared_ptr<detail::ProcessState> state) : state_(std::move(state)) {}

const std::string& ProcessInfo::name() const { return state_->name(); }
pid_t ProcessInfo::pid() const { return state_->pid(); }
bool ProcessInfo::daemon() const { return state_->is_daemon(); }
bool ProcessInfo::is_alive() const { return state_->is_alive(); }
std::optional<int> ProcessInfo::exitcode() const { return state_->exitcode(); }
bool ProcessInfo::join_until(detail::Deadline deadline) const { return state_->join(deadline); }
int ProcessInfo::sentinel() const { return state_->sentinel(); }
void ProcessInfo::terminate() const { state_->send(SIGTERM); }
void ProcessInfo::kill() const { state_->send(SIGKILL); }

ProcessInfo current_process() {
  using detail::ProcessState;
  const detail::Family& family = detail::Family::of_this_process();
  auto self = std::make_shared<ProcessState>(family, ProcessState::Role::self, family.name(), family.is_daemon());
  self->set_process(detail::this_process(), {});
  return ProcessInfo(std::move(self));
}

std::optional<ProcessInfo> parent_process() {
  const auto& parent = detail::Family::of_this_process().parent();
  if (!parent) return std::nullopt;
  return ProcessInfo(parent);
}

std::vector<ProcessInfo> active_children() {
  std::vector<ProcessInfo> children;
  for (auto& child : detail::Family::of_this_process().active()) children.emplace_back(std::move(child));
  return children;
}

}  // namespace multiprocessing
