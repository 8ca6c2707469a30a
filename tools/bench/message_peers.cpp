// SPDX-License-Identifier: MIT
#include "message_peers.hpp"

#include <unistd.h>

#include <array>

namespace bench {

using boost::interprocess::message_queue;

BoostQueue::BoostQueue() {
  const std::string name = "multiprocessing-bench-" + std::to_string(::getpid());
  queue_ = std::make_unique<message_queue>(boost::interprocess::create_only, name.c_str(), 1'000, text_bytes);
  message_queue::remove(name.c_str());
}

std::string BoostQueue::receive() {
  std::array<char, text_bytes> text{};
  std::size_t size = 0;
  unsigned priority = 0;
  queue_->receive(text.data(), text.size(), size, priority);
  return {text.data(), size};
}

}  // namespace bench
