// SPDX-License-Identifier: MIT
#pragma once

#include "process/family.hpp"
#include "process/process_state.hpp"

#include <multiprocessing/detail/process_target.hpp>

#include <memory>
#include <optional>
#include <string>

namespace multiprocessing::detail {

// The implementation of Process; the contract is in <multiprocessing/process.hpp>. One thread at a time.
class ProcessCore {
 public:
  explicit ProcessCore(std::unique_ptr<ProcessTarget> target);
  ProcessCore(const ProcessCore&) = delete;
  ProcessCore& operator=(const ProcessCore&) = delete;
  ~ProcessCore();

  void start();
  bool join(Deadline deadline);
  bool is_alive();
  std::optional<int> exitcode();
  pid_t pid() const;
  int sentinel() const;
  void send(int signal);
  void close();
  const std::string& name() const { return name_; }
  void set_name(std::string name) { name_ = std::move(name); }
  bool daemon() const { return is_daemon_; }
  void set_daemon(bool is_daemon);

 private:
  void check_usable() const;      // by this process, and not closed
  ProcessState& started() const;  // throws if it was not
  [[noreturn]] void refuse(const std::string& why) const;

  Family& family_;
  std::unique_ptr<ProcessTarget> target_;  // until it has started
  std::string path_;
  std::string name_;
  bool is_daemon_;
  bool is_closed_ = false;
  std::shared_ptr<ProcessState> state_;  // once it has started
};

}  // namespace multiprocessing::detail
