// SPDX-License-Identifier: MIT
#include "os/futex.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <new>

#include "os/memory.hpp"
#include "shm/mapping.hpp"
#include "support/child_process.hpp"
#include "support/deadline.hpp"

namespace multiprocessing::detail::futex_test {
namespace {

using Word = std::atomic<std::uint32_t>;

TEST(Futex, WakesAnotherProcessThatMapsTheWordReadOnly) {
  const SharedMapping memory(2 * sizeof(Word));
  Word& word = *new (memory.data()) Word(0);
  tests::ChildProcess sleeper([&] {
    make_read_only(memory.data(), memory.size_bytes());
    while (word.load() == 0) futex_wait(word, 0);
  });

  word.store(1);
  futex_wake(word);

  EXPECT_EQ(sleeper.wait().exit_code, 0);
}

TEST(Futex, DoesNotSleepOnAWordThatHasChanged) {
  const Word word(1);
  futex_wait(word, 0);
}

TEST(Futex, SleepsUntilTheDeadlineAtMost) {
  const Word word(0);
  const Deadline deadline = deadline_after(std::chrono::milliseconds(20));
  while (Clock::now() < deadline) futex_wait(word, 0, deadline);
  futex_wait(word, 0, Clock::now() - std::chrono::seconds(1));
}

}  // namespace
}  // namespace multiprocessing::detail::futex_test
