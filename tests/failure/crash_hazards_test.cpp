// SPDX-License-Identifier: MIT
// What a crash must not do, whatever state the worker is in: hang, lose what was printed, end in another way.
#include <malloc.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <future>
#include <iostream>
#include <streambuf>
#include <thread>

#include "failure/crash.hpp"
#include "support/child_process.hpp"

namespace multiprocessing::tests::crash_hazards_test {
namespace {

int* const volatile nowhere = reinterpret_cast<int*>(0x10);  // a sanitizer would see a null pointer

TEST(Crash, KeepsWhatWasPrinted) {
  for (const bool in_step_with_stdio : {true, false}) {
    const auto child = run_in_child([=] {
      std::ios::sync_with_stdio(in_step_with_stdio);
      const Lost lost = lost_by([] {
        std::printf("by stdio\n");
        std::cout << "by stream\n";
        *nowhere = 1;
      });
      EXPECT_EQ(lost.signal, SIGSEGV);
    });

    EXPECT_EQ(child.exit_code, 0) << child;
    for (const std::string line : {"by stdio\n", "by stream\n"}) {
      const std::size_t found = child.standard_output.find(line);
      EXPECT_NE(found, std::string::npos) << child;
      EXPECT_EQ(child.standard_output.find(line, found + 1), std::string::npos) << "twice: " << child;
    }
  }
}

TEST(Crash, OfAChildThatATaskForkedPrintsNothingTwice) {
  const auto child = run_in_child([] {
    Pool pool(1);
    pool.apply([] {
      std::printf("once\n");
      const pid_t forked = fork();
      if (forked == 0) *nowhere = 1;
      waitpid(forked, nullptr, 0);
    });
    pool.close();
    pool.join();
  });

  EXPECT_EQ(child.standard_output, "once\n") << child;
}

TEST(Crash, WithTheLockOfStdoutHeldByItsOwnThreadKeepsWhatWasPrinted) {
  const auto child = run_in_child([] {
    const Lost lost = lost_by([] {
      flockfile(stdout);
      std::printf("under the lock\n");
      *nowhere = 1;
    });
    EXPECT_EQ(lost.signal, SIGSEGV);
    EXPECT_TRUE(lost.shows_stack()) << lost;
  });

  EXPECT_EQ(child.exit_code, 0) << child;
  EXPECT_EQ(child.standard_output, "under the lock\n") << child;
}

TEST(Crash, DoesNotWaitForAnotherThreadThatHoldsTheLockOfStdout) {
  const Lost lost = lost_by([] {
    std::promise<void> locked;
    std::thread([&] {
      flockfile(stdout);
      locked.set_value();
      while (true) pause();
    }).detach();
    locked.get_future().wait();
    *nowhere = 1;
  });

  EXPECT_EQ(lost.signal, SIGSEGV);
  EXPECT_TRUE(lost.shows_stack()) << lost;
}

TEST(Crash, InsideMallocIsShown) {
  if (patience != 1) GTEST_SKIP() << "a sanitizer's malloc has other ways to end a process";
  const Lost lost = lost_by([] {
    char* const last = static_cast<char*>(std::malloc(100'000));
    std::memset(last + malloc_usable_size(last), 0x77, 8);  // the size of what is left
    for (int count = 0; count != 100; ++count) *static_cast<char*>(std::malloc(100'000)) = 1;
  });

  EXPECT_EQ(lost.signal, SIGABRT);
  EXPECT_TRUE(lost.shows_stack()) << lost;
}

// The output stream of a task that the handler must flush.
struct HangingBuffer : std::streambuf {
  int sync() override {
    while (true) pause();
  }
};
struct CrashingBuffer : std::streambuf {
  int sync() override { return *nowhere; }
};
struct ThrowingBuffer : std::streambuf {
  int sync() override { throw 1; }
};

template <class Buffer>
void crash_with() {
  static Buffer buffer;
  std::cout.rdbuf(&buffer);
  raise(SIGFPE);
}

TEST(Crash, WhoseOutputHangsEndsAllTheSame) {
  const Lost lost = lost_by([] { crash_with<HangingBuffer>(); });
  EXPECT_EQ(lost.signal, SIGFPE);
  EXPECT_TRUE(lost.shows_stack()) << lost;
}

TEST(Crash, WhoseOutputCrashesOrThrowsKeepsItsSignal) {
  EXPECT_EQ(lost_by([] { crash_with<CrashingBuffer>(); }).signal, SIGFPE);
  EXPECT_EQ(lost_by([] { crash_with<ThrowingBuffer>(); }).signal, SIGFPE);
}

TEST(Crash, WithTheAlarmBlockedAndItsOutputHangingEndsAllTheSame) {
  const Lost lost = lost_by([] {
    sigset_t all;
    sigfillset(&all);
    sigdelset(&all, SIGFPE);
    pthread_sigmask(SIG_SETMASK, &all, nullptr);
    crash_with<HangingBuffer>();
  });
  EXPECT_EQ(lost.signal, SIGFPE);
}

// Writes over the frames of its callers, and returns to what it wrote.
[[gnu::noinline]] __attribute__((no_sanitize("address"), no_sanitize("undefined"))) void overwrite_stack(
    std::uint64_t word) {
  volatile std::uint64_t here = 0;
  volatile std::uint64_t* const begin = &here;
  for (int index = 0; index != 300; ++index) begin[index] = word;
}

TEST(Crash, OfAnOverwrittenStackHasItsSignal) {
  const auto child = run_in_child([] {
    Pool pool(1);
    for (const std::uint64_t word : {std::uint64_t{0}, std::uint64_t{0x10}, std::uint64_t{0x4141414141414141},
                                     reinterpret_cast<std::uint64_t>(&overwrite_stack), ~std::uint64_t{0}}) {
      const Lost lost = lost_by(
          pool,
          [](std::uint64_t with) {
            std::printf("%llx\n", static_cast<unsigned long long>(with));
            overwrite_stack(with);
          },
          word);
      EXPECT_TRUE(lost.signal == SIGSEGV || lost.signal == SIGBUS || lost.signal == SIGABRT || lost.signal == SIGILL)
          << word << ' ' << lost;
    }
  });

  EXPECT_EQ(child.exit_code, 0) << child;
  EXPECT_EQ(child.standard_output.rfind("0\n10\n4141414141414141\n", 0), 0U) << child;
}

#if defined(__x86_64__) || defined(__aarch64__)
TEST(Crash, WithoutAStackKeepsWhatWasPrintedAndItsSignal) {
  const auto child = run_in_child([] {
    const Lost lost = lost_by([] {
      std::printf("before\n");
      // The unwinder crashes as well.
#if defined(__x86_64__)
      asm volatile("mov $64, %rsp; mov $64, %rbp; ud2");
#else
      asm volatile("mov x29, #64; mov sp, x29; udf #0");
#endif
    });
    EXPECT_EQ(lost.signal, SIGILL);
    EXPECT_TRUE(lost.shows_stack()) << lost;
  });

  EXPECT_EQ(child.exit_code, 0) << child;
  EXPECT_EQ(child.standard_output, "before\n") << child;
}
#endif

TEST(Crash, OfTwoThreadsAtOnceEndsWithTheSignalOfOne) {
  Pool pool(1);
  for (int round = 0; round != 50; ++round) {
    const Lost lost = lost_by(pool, [] {
      std::atomic<int> ready = 0;
      const auto meet = [&] {
        ++ready;
        while (ready != 2) continue;
      };
      std::thread other([&] { meet(), raise(SIGFPE); });
      meet(), raise(SIGILL);
      other.join();
    });
    EXPECT_TRUE(lost.signal == SIGFPE || lost.signal == SIGILL) << lost;
    EXPECT_TRUE(lost.shows_stack()) << lost;
  }
}

TEST(Crash, IsATasksOwnToHandle) {
  Pool pool(1);
  try {
    pool.apply([] {
      signal(SIGSEGV, [](int) { _exit(5); });
      *nowhere = 1;
    });
    FAIL();
  } catch (const WorkerLost& error) {
    EXPECT_EQ(error.exit_code(), 5);
  }
}

TEST(Crash, SignalsThatTheProgramIgnoresStayIgnored) {
  const auto child = run_in_child([] {
    signal(SIGTRAP, SIG_IGN);
    Pool pool(1);
    EXPECT_EQ(pool.apply([] { return raise(SIGTRAP); }), 0);
  });
  EXPECT_EQ(child.exit_code, 0) << child;
}

}  // namespace
}  // namespace multiprocessing::tests::crash_hazards_test
