// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/bytes.hpp>

#include <sys/types.h>

namespace multiprocessing::detail {

// The process that made a queue or a pipe. Names of shared memory in its messages stay until that process has ended.
struct MULTIPROCESSING_EXPORT MessagesMaker {
  MessagesMaker();  // this process
  pid_t pid;
  std::uint64_t started_ticks;
};

// Notes the names in one message.
class MULTIPROCESSING_EXPORT MessageNames final : public SentNames {
 public:
  explicit MessageNames(const MessagesMaker& maker) : maker_(maker) {}
  void note(const std::string& name, std::uint64_t file) override;

 private:
  const MessagesMaker& maker_;
};

}  // namespace multiprocessing::detail
