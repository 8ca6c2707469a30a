// SPDX-License-Identifier: MIT
#include "os/wait_status.hpp"

#include <string.h>
#include <sys/wait.h>

namespace multiprocessing::detail {

std::optional<int> ending_signal(int wait_status) {
  if (!WIFSIGNALED(wait_status)) return std::nullopt;
  return WTERMSIG(wait_status);
}

std::optional<int> exit_code(int wait_status) {
  if (!WIFEXITED(wait_status)) return std::nullopt;
  return WEXITSTATUS(wait_status);
}

std::string signal_text(int signal) {
  const char* const text = sigdescr_np(signal);
  return text != nullptr ? text : "unknown";
}

std::string describe_wait_status(int wait_status) {
  if (const auto signal = ending_signal(wait_status)) {
    return "signal " + std::to_string(*signal) + " (" + signal_text(*signal) + ")";
  }
  if (const auto code = exit_code(wait_status)) return "exit code " + std::to_string(*code);
  return "an exit code that is unknown, as the program ignores SIGCHLD or has waited for any child";
}

}  // namespace multiprocessing::detail
