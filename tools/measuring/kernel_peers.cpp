// SPDX-License-Identifier: MIT
#include "kernel_peers.hpp"

#include <fcntl.h>
#include <linux/futex.h>
#include <sched.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <new>
#include <system_error>

namespace measuring {
namespace {

constexpr int at_rest = -1;
// So long the other one has surely no CPU, and gets this one. A pair that runs comes nowhere near.
constexpr int spins_before_giving_way = 4096;

void require(bool holds, const char* what) {
  if (!holds) throw std::system_error(errno, std::generic_category(), what);
}

void relax_cpu() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

}  // namespace

SharedWord::SharedWord() {
  void* const memory =
      ::mmap(nullptr, sizeof(std::atomic<int>), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  require(memory != MAP_FAILED, "shared memory");
  word_ = new (memory) std::atomic<int>(0);
}

SharedWord::~SharedWord() { ::munmap(word_, sizeof(std::atomic<int>)); }

void SharedWord::sleep_while(int value) const { ::syscall(SYS_futex, word_, FUTEX_WAIT, value, nullptr, nullptr, 0); }

void SharedWord::wake() const { ::syscall(SYS_futex, word_, FUTEX_WAKE, 1, nullptr, nullptr, 0); }

void FutexWay::send(int number) {
  word_->store(number, std::memory_order_release);
  word_.wake();
}

int FutexWay::receive() {
  while (true) {
    const int now = word_->load(std::memory_order_acquire);
    if (now != last_) return last_ = now;
    word_.sleep_while(last_);
  }
}

void SpinningWay::send(int number) {
  word_->store(number, std::memory_order_release);
  if (!rests_) return;
  rests_ = false;
  word_.wake();
}

int SpinningWay::receive() {
  for (int spins = 0;; ++spins) {
    const int now = word_->load(std::memory_order_acquire);
    if (now == at_rest) {
      word_.sleep_while(at_rest);
    } else if (now != last_) {
      return last_ = now;
    } else if (spins == spins_before_giving_way) {
      ::sched_yield();
      spins = 0;
    }
    relax_cpu();
  }
}

void SpinningWay::rest() {
  rests_ = true;
  word_->store(at_rest, std::memory_order_release);
}

RawPipe::RawPipe() { require(::pipe2(fds_, O_CLOEXEC) == 0, "pipe"); }

RawPipe::~RawPipe() {
  for (const int fd : fds_) ::close(fd);
}

void RawPipe::write(const void* bytes, std::size_t size) {
  require(::write(fds_[1], bytes, size) == static_cast<ssize_t>(size), "write to a pipe");
}

void RawPipe::read(void* bytes, std::size_t size) {
  for (auto at = static_cast<char*>(bytes), end = at + size; at != end;) {
    const ssize_t got = ::read(fds_[0], at, static_cast<std::size_t>(end - at));  // at most what the pipe holds
    require(got > 0, "read from a pipe");
    at += got;
  }
}

EventfdWay::EventfdWay() : fd_(::eventfd(0, EFD_CLOEXEC)) { require(fd_ >= 0, "eventfd"); }

EventfdWay::~EventfdWay() { ::close(fd_); }

void EventfdWay::send(int number) {
  const auto value = static_cast<std::uint64_t>(number);
  require(::write(fd_, &value, sizeof value) == static_cast<ssize_t>(sizeof value), "write to an eventfd");
}

int EventfdWay::receive() {
  std::uint64_t value = 0;
  require(::read(fd_, &value, sizeof value) == static_cast<ssize_t>(sizeof value), "read from an eventfd");
  return static_cast<int>(value);
}

}  // namespace measuring
