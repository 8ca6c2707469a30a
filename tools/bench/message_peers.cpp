// SPDX-License-Identifier: MIT
#include "message_peers.hpp"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

namespace bench {

using boost::interprocess::message_queue;

BoostQueue::BoostQueue() {
  const std::string name = "multiprocessing-bench-" + std::to_string(::getpid());
  queue_ = std::make_unique<message_queue>(boost::interprocess::create_only, name.c_str(), 1'000, text_bytes);
  message_queue::remove(name.c_str());
}

std::string BoostQueue::get() {
  std::array<char, text_bytes> text{};
  std::size_t size = 0;
  unsigned priority = 0;
  queue_->receive(text.data(), text.size(), size, priority);
  return {text.data(), size};
}

RawPipe::RawPipe() {
  if (::pipe(fds_) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
}

RawPipe::~RawPipe() {
  for (const int fd : fds_) ::close(fd);
}

void RawPipe::put(const std::string& text) {
  if (::write(fds_[1], text.data(), text_bytes) != static_cast<ssize_t>(text_bytes))
    throw std::system_error(errno, std::generic_category(), "write");
}

std::string RawPipe::get() {
  std::array<char, text_bytes> text{};
  if (::read(fds_[0], text.data(), text.size()) != static_cast<ssize_t>(text.size()))
    throw std::system_error(errno, std::generic_category(), "read");
  return {text.data(), text.size()};
}

}  // namespace bench
