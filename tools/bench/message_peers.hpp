// SPDX-License-Identifier: MIT
#pragma once

#include "kernel_peers.hpp"

#include <boost/interprocess/ipc/message_queue.hpp>

#include <memory>
#include <string>

namespace bench {

// Texts between processes, through what others offer. Inherited by processes that are forked while it exists.
constexpr std::size_t text_bytes = 64;

class BoostQueue {
 public:
  BoostQueue();
  void send(const std::string& text) { queue_->send(text.data(), text.size(), 0); }
  std::string receive();

 private:
  std::unique_ptr<boost::interprocess::message_queue> queue_;
};

class PipeOfTexts {
 public:
  void send(const std::string& text) { pipe_.write(text.data(), text_bytes); }
  std::string receive() {
    std::string text(text_bytes, '\0');
    pipe_.read(text.data(), text_bytes);
    return text;
  }

 private:
  measuring::RawPipe pipe_;
};

}  // namespace bench
