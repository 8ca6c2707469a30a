// SPDX-License-Identifier: MIT
#include "futex_peer.hpp"

#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <csignal>
#include <new>
#include <system_error>

namespace bench {
namespace {

using Word = std::atomic<std::uint32_t>;

constexpr std::uint32_t no_more = UINT32_MAX;

void put(Word& word, std::uint32_t value) {
  word.store(value, std::memory_order_release);
  ::syscall(SYS_futex, &word, FUTEX_WAKE, 1, nullptr, nullptr, 0);
}

std::uint32_t wait_for_change(Word& word, std::uint32_t old) {
  for (;;) {
    const std::uint32_t now = word.load(std::memory_order_acquire);
    if (now != old) return now;
    ::syscall(SYS_futex, &word, FUTEX_WAIT, old, nullptr, nullptr, 0);
  }
}

}  // namespace

FutexPeer::FutexPeer() {
  void* const memory = ::mmap(nullptr, sizeof(Words), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::system_error(errno, std::generic_category(), "shared memory");
  words_ = new (memory) Words;
  const pid_t parent = ::getpid();
  child_ = ::fork();
  if (child_ < 0) throw std::system_error(errno, std::generic_category(), "fork");
  if (child_ == 0) be_child(*words_, parent);
}

FutexPeer::~FutexPeer() {
  put(words_->question, no_more);
  ::waitpid(child_, nullptr, 0);
  ::munmap(words_, sizeof(Words));
}

void FutexPeer::round_trips(int count) {
  for (int i = 0; i != count; ++i) {
    const std::uint32_t last = words_->answer.load(std::memory_order_relaxed);
    put(words_->question, last + 1);
    wait_for_change(words_->answer, last);
  }
}

void FutexPeer::be_child(Words& words, pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(1);
  for (std::uint32_t last = 0; last != no_more;) {
    last = wait_for_change(words.question, last);
    put(words.answer, last);
  }
  ::_exit(0);
}

}  // namespace bench
