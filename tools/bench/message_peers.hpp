// SPDX-License-Identifier: MIT
#pragma once

#include <boost/interprocess/ipc/message_queue.hpp>

#include <memory>
#include <string>

namespace bench {

// Texts between processes, through what others offer. Inherited by processes that are forked while it exists.
constexpr std::size_t text_bytes = 64;

class BoostQueue {
 public:
  BoostQueue();
  void put(const std::string& text) { queue_->send(text.data(), text.size(), 0); }
  std::string get();

 private:
  std::unique_ptr<boost::interprocess::message_queue> queue_;
};

class RawPipe {
 public:
  RawPipe();
  RawPipe(const RawPipe&) = delete;
  RawPipe& operator=(const RawPipe&) = delete;
  ~RawPipe();
  void put(const std::string& text);
  std::string get();

 private:
  int fds_[2] = {-1, -1};
};

}  // namespace bench
