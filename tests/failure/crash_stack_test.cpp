// SPDX-License-Identifier: MIT
// Where a worker crashed: what WorkerLost says about it.
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <stdexcept>
#include <thread>

#include "failure/crash.hpp"
#include "support/child_process.hpp"
#include "support/exported.hpp"

namespace multiprocessing::tests {

// They go on after the call, so that it is none that a compiler could turn into a jump; and what does not return is
// hidden from it, or it would move the call to a place without an exported name.
MULTIPROCESSING_TEST_EXPORT int crashing_read(const int* address);
MULTIPROCESSING_TEST_EXPORT int crashing_reader(const int* address);
MULTIPROCESSING_TEST_EXPORT int crashing_division(int by);
MULTIPROCESSING_TEST_EXPORT int crashing_abort();
MULTIPROCESSING_TEST_EXPORT void crashing_throw();
MULTIPROCESSING_TEST_EXPORT int crashing_noexcept() noexcept;
MULTIPROCESSING_TEST_EXPORT int crashing_recursion(int depth);
MULTIPROCESSING_TEST_EXPORT int crashing_call(int (*function)(int));
[[noreturn]] MULTIPROCESSING_TEST_EXPORT void crashing_end();
MULTIPROCESSING_TEST_EXPORT void crashing_caller_of_end();

int crashing_read(const int* address) { return *static_cast<const volatile int*>(address) + 1; }
int crashing_reader(const int* address) { return crashing_read(address) * 2; }
__attribute__((no_sanitize("undefined"))) int crashing_division(int by) { return 7 / by; }
int crashing_abort() {
  void (*const volatile end)() = std::abort;
  end();
  return 1;
}
void crashing_throw() { throw std::runtime_error("nobody catches this"); }
int crashing_noexcept() noexcept {
  crashing_throw();
  return 1;
}
__attribute__((no_sanitize("address"))) int crashing_recursion(int depth) {
  volatile char some[500];
  some[0] = 0;
  return depth == 0 ? 0 : crashing_recursion(depth + 1) + some[0];
}
void crashing_end() {
  raise(SIGILL);
  while (true) pause();
}
void crashing_caller_of_end() { crashing_end(); }
__attribute__((no_sanitize("undefined"))) int crashing_call(int (*function)(int)) { return function(1) + 1; }

namespace {

const volatile int zero = 0;
const auto* const nowhere = reinterpret_cast<const int*>(0x10);  // a sanitizer would see a null pointer

TEST(CrashStack, OfANullPointerNamesTheFunctionAndItsCaller) {
  const Lost lost = lost_by([] { return crashing_reader(nowhere); });

  EXPECT_EQ(lost.signal, SIGSEGV);
  EXPECT_TRUE(
      lost.says("\ncrashed at address 0x10, in multiprocessing::tests::crashing_read(int const*)"
                "\n  called by multiprocessing::tests::crashing_reader(int const*)"))
      << lost;
  EXPECT_FALSE(lost.says("detail::")) << lost;
  EXPECT_FALSE(lost.says("testing::")) << lost;  // who made the pool is no part of it
}

TEST(CrashStack, OfAnAddressThatTheProcessorRefusesHasNoAddress) {
  const Lost lost = lost_by([] { return crashing_reader(reinterpret_cast<const int*>(0x8000'0000'0000'0000)); });

  EXPECT_EQ(lost.signal, SIGSEGV);
  EXPECT_TRUE(lost.says("crashing_read")) << lost;
  EXPECT_FALSE(lost.says("0x0,")) << lost;
}

TEST(CrashStack, OfAMissingPageOfAFileIsABusError) {
  const Lost lost = lost_by([] {
    const int file = memfd_create("empty", MFD_CLOEXEC);
    const void* const page = mmap(nullptr, 4096, PROT_READ, MAP_SHARED, file, 0);
    return crashing_reader(static_cast<const int*>(page));
  });

  EXPECT_EQ(lost.signal, SIGBUS);
  EXPECT_TRUE(lost.says("crashed at address 0x")) << lost;
  EXPECT_TRUE(lost.says("in multiprocessing::tests::crashing_read")) << lost;
}

TEST(CrashStack, OfACallThroughANullPointerNamesTheCaller) {
  const Lost lost = lost_by([] { return crashing_call(nullptr); });

  EXPECT_EQ(lost.signal, SIGSEGV);
  EXPECT_TRUE(lost.says("crashed at address 0x0, in no code\n  called by multiprocessing::tests::crashing_call"))
      << lost;
}

TEST(CrashStack, OfADivisionByZeroNamesTheFunction) {
#if defined(__aarch64__)
  GTEST_SKIP() << "this processor divides by zero";
#endif
  const Lost lost = lost_by([] { return crashing_division(zero); });

  EXPECT_EQ(lost.signal, SIGFPE);
  EXPECT_TRUE(lost.says("\ncrashed in multiprocessing::tests::crashing_division(int)")) << lost;
}

TEST(CrashStack, OfAbortBeginsWithWhoCalledIt) {
  const Lost lost = lost_by([] { return crashing_abort(); });

  EXPECT_EQ(lost.signal, SIGABRT);
  EXPECT_TRUE(lost.says("\ncrashed in multiprocessing::tests::crashing_abort()")) << lost;
}

TEST(CrashStack, OfAnExceptionThatMayNotLeaveBeginsWithWhoThrewIt) {
  if (patience != 1) GTEST_SKIP() << "AddressSanitizer has a function of its own between the two";
  const Lost lost = lost_by([] { return crashing_noexcept(); });

  EXPECT_EQ(lost.signal, SIGABRT);
  EXPECT_TRUE(
      lost.says("\ncrashed by std::terminate, in multiprocessing::tests::crashing_throw()"
                "\n  called by multiprocessing::tests::crashing_noexcept()"))
      << lost;
}

TEST(CrashStack, NamesACallerWhoseLastInstructionIsTheCall) {
  const Lost lost = lost_by([] { crashing_caller_of_end(); });

  EXPECT_EQ(lost.signal, SIGILL);
  EXPECT_TRUE(lost.says("called by multiprocessing::tests::crashing_caller_of_end()")) << lost;
}

TEST(CrashStack, ThatOverflowedIsNamedAndCut) {
  const Lost lost = lost_by([] { return crashing_recursion(1); });

  EXPECT_EQ(lost.signal, SIGSEGV);
  EXPECT_TRUE(lost.says("crashed by a stack overflow, in multiprocessing::tests::crashing_recursion(int), ")) << lost;
  EXPECT_TRUE(lost.says(" times\n  and further callers")) << lost;
  EXPECT_LT(lost.text.size(), 1000U);
}

TEST(CrashStack, OfAThreadOfTheTaskIsShownToo) {
  const Lost lost = lost_by([] { std::thread([] { crashing_reader(nowhere); }).join(); });

  EXPECT_EQ(lost.signal, SIGSEGV);
  EXPECT_TRUE(lost.says("crashed in another thread at address 0x10, in multiprocessing::tests::crashing_read")) << lost;
  EXPECT_FALSE(lost.says("outside of all modules")) << lost;
}

TEST(CrashStack, IsShownForEachSignalThatIsACrashAndNoOther) {
  for (const int number : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGSYS, SIGTRAP}) {
    const Lost lost = lost_by([](int signal) { raise(signal); }, number);
    EXPECT_EQ(lost.signal, number);
    EXPECT_TRUE(lost.shows_stack()) << lost;
  }
  for (const int number : {SIGKILL, SIGTERM, SIGUSR1}) {
    const Lost lost = lost_by([](int signal) { raise(signal); }, number);
    EXPECT_EQ(lost.signal, number);
    EXPECT_FALSE(lost.shows_stack()) << lost;
  }
}

TEST(CrashStack, OfAnEarlierWorkerIsNotShownAgain) {
  Pool pool(1);

  EXPECT_TRUE(lost_by(pool, [] { return crashing_reader(nowhere); }).shows_stack());
  const Lost unseen = lost_by(pool, [] { signal(SIGSEGV, SIG_DFL), raise(SIGSEGV); });

  EXPECT_EQ(unseen.signal, SIGSEGV);
  EXPECT_FALSE(unseen.shows_stack()) << unseen;
}

TEST(CrashStack, OfAChildThatATaskForkedIsItsOwn) {
  Pool pool(1);

  const Lost unseen = lost_by(pool, [] {
    const pid_t child = fork();
    if (child == 0) crashing_reader(nowhere);
    int status = 0;
    waitpid(child, &status, 0);
    if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGSEGV) return;
    signal(SIGSEGV, SIG_DFL), raise(SIGSEGV);
  });

  EXPECT_EQ(unseen.signal, SIGSEGV);
  EXPECT_FALSE(unseen.shows_stack()) << unseen;
}

TEST(CrashStack, IsShownWhenAPoolBreaksBecauseItsInitializerCrashes) {
  try {
    Pool pool({.processes = 1, .initializer = [] { crashing_reader(nowhere); }});
    FAIL();
  } catch (const BrokenPool& error) {
    const std::string text = error.what();
    EXPECT_NE(text.find("\ncrashed at address 0x10, in multiprocessing::tests::crashing_read"), std::string::npos)
        << text;
  }
}

TEST(CrashStack, OfATasksOwnPoolIsThatOfItsWorker) {
  const std::string text = Pool(1).apply([] {
    Pool inner(1);
    return lost_by(inner, [] { return crashing_reader(nowhere); }).text;
  });

  EXPECT_NE(text.find("crashing_reader"), std::string::npos) << text;
}

}  // namespace
}  // namespace multiprocessing::tests
