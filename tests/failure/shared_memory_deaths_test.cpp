// SPDX-License-Identifier: MIT
#include <multiprocessing/multiprocessing.hpp>

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "support/child_process.hpp"
#include "support/deadline.hpp"
#include "support/processes.hpp"
#include "support/settings.hpp"
#include "support/shared.hpp"

// However the process ends that made a name, the name goes, and with it the process that looked after it; nobody else's
// end takes it away. That nothing else is left, drafts of names included, is checked after each test.
namespace multiprocessing::tests::shared_memory_deaths_test {
namespace {

using namespace std::chrono_literals;

std::string name_of(const char* what) { return "mp_death_" + std::to_string(getpid()) + "_" + what; }
bool exists(const std::string& name) { return std::filesystem::exists("/dev/shm/" + name); }
bool goes(const std::string& name) {
  return eventually([&] { return !exists(name); });
}

struct Ending {
  const char* name;
  void (*end)();
};
void fail() { throw std::runtime_error("out of main"); }
void leave_main() noexcept { fail(); }
const std::array endings{
    Ending{"Sigkill", [] { raise(SIGKILL); }},
    Ending{"Segfault",
           [] {
             signal(SIGSEGV, SIG_DFL);  // a sanitizer's
             raise(SIGSEGV);
           }},
    Ending{"Abort",
           [] {
             signal(SIGABRT, SIG_DFL);  // the watchdog's
             std::abort();
           }},
    Ending{"Terminate",
           [] {
             signal(SIGABRT, SIG_DFL);
             leave_main();
           }},
    Ending{"Exit", [] { std::exit(0); }},
    Ending{"ImmediateExit", [] { _exit(0); }},
    Ending{"Exec", [] { execl("/bin/true", "true", static_cast<char*>(nullptr)); }},
};

class EndOfTheCreator : public ::testing::TestWithParam<Ending> {};
INSTANTIATE_TEST_SUITE_P(Every, EndOfTheCreator, ::testing::ValuesIn(endings),
                         [](const auto& ending) { return ending.param.name; });

TEST_P(EndOfTheCreator, TakesItsNamesAway) {
  const std::string first = name_of("first");
  const std::string second = name_of("second");
  const Shared<std::atomic<bool>> were_there;
  run_in_child([&] {
    static const SharedMemory one(first, true, 10);
    static const SharedMemory two(second, true, 10);
    static const SharedMemory three({}, true, 10);
    *were_there = exists(first) && exists(second) && exists(three.name());
    GetParam().end();
  });
  EXPECT_TRUE(*were_there);
  EXPECT_TRUE(goes(first));
  EXPECT_TRUE(goes(second));
}

TEST(EndOfTheCreator, TakesItsNamesAwayWhenItIsAnotherProgramNow) {
  const std::string name = name_of("exec");
  ChildProcess creator([&] {
    const SharedMemory memory(name, true, 10);
    execl("/bin/sleep", "sleep", "1000", static_cast<char*>(nullptr));
  });
  EXPECT_TRUE(eventually([&] { return describe_process(creator.pid()).find("(sleep") != std::string::npos; }));
  EXPECT_TRUE(goes(name));
  EXPECT_TRUE(is_alive(creator.pid()));
}

TEST(EndOfTheCreator, TakesItsNamesAwayFromItsChildrenThatGoOn) {
  const std::string name = name_of("child");
  const Shared<Event> gone, written;
  ChildProcess creator([&] {
    const SharedMemory memory(name, true, 10);
    // Not by fork(): this child keeps all descriptors.
    if (syscall(SYS_clone, SIGCHLD, nullptr, nullptr, nullptr, nullptr) == 0) {
      gone->wait();
      memory.buf()[0] = std::byte{1};  // the bytes are there as long as somebody has them
      written->happen();
      _exit(0);
    }
    raise(SIGKILL);
  });
  EXPECT_EQ(creator.wait().signal, SIGKILL);
  EXPECT_TRUE(goes(name));
  gone->happen();
  written->wait();
}

TEST(EndOfTheCreator, LeavesWhatOthersHaveUnderItsNames) {
  const std::string name = name_of("replaced");
  const Shared<Event> made, replaced;
  ChildProcess creator([&] {
    SharedMemory({}, true, 10).close();
    const SharedMemory memory(name, true, 10);
    made->happen();
    replaced->wait();
    raise(SIGKILL);
  });
  made->wait();
  SharedMemory(name).unlink();
  SharedMemory ours(name, true, 20);
  replaced->happen();
  EXPECT_EQ(creator.wait().signal, SIGKILL);
  // When the orphan has ended it has done what it does.
  EXPECT_TRUE(eventually([] { return children_of(getppid()).size() == 1; }));
  EXPECT_TRUE(exists(name));
  ours.unlink();
}

TEST(EndOfAnother, DoesNotTakeTheNameAway) {
  SharedMemory memory(name_of("kept"), true, 10);
  for (const Ending& ending : endings) {
    run_in_child([&] {  // it attaches
      static const SharedMemory attached(memory.name());
      ending.end();
    });
    run_in_child([&] {  // it is a child of the creator, and makes a name of its own, too
      static const SharedMemory own({}, true, 10);
      static const SharedMemory copy = memory;
      ending.end();
    });
  }
  EXPECT_TRUE(eventually([] { return children_of(getppid()).size() == 1; }));
  EXPECT_TRUE(exists(memory.name()));
  memory.unlink();
}

TEST(EndOfAWorker, TakesTheNamesThatItMadeAway) {
  static const std::string name = name_of("worker");
  static constexpr int names = 5000;  // to unlink them takes longer than the fork server to see the worker's end
  Pool pool(1);
  const auto make_and_die = [] {
    for (int number = 0; number != names; ++number) SharedMemory(name + std::to_string(number), true, 10).close();
    raise(SIGKILL);
  };
  EXPECT_THROW(pool.apply(make_and_die), WorkerLost);
  EXPECT_TRUE(eventually([] {
    int left = 0;
    for (int number = 0; number != names; ++number) left += exists(name + std::to_string(number)) ? 1 : 0;
    return left == 0;
  }));
}

TEST(EndOfTheTracker, IsMadeGoodByTheNextName) {
  const std::string first = name_of("before");
  const std::string second = name_of("after");
  ChildProcess creator([&] {
    const SharedMemory one(first, true, 10);
    const pid_t tracker = children_of(getpid()).at(0);
    kill(tracker, SIGKILL);
    EXPECT_TRUE(ends_within(tracker, 5s * patience));
    const SharedMemory two(second, true, 10);
    raise(SIGKILL);
  });
  EXPECT_EQ(creator.wait().signal, SIGKILL);
  EXPECT_TRUE(goes(first));
  EXPECT_TRUE(goes(second));
}

TEST(TheTracker, IsNotStoppedBySignalsToItOrToTheGroup) {
  const std::string name = name_of("signals");
  ChildProcess creator([&] {
    setpgid(0, 0);
    const SharedMemory memory(name, true, 10);
    const pid_t tracker = children_of(getpid()).at(0);
    for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGUSR1, SIGPIPE, SIGALRM}) {
      signal(number, SIG_IGN);
      kill(0, number);
      kill(tracker, number);
    }
    EXPECT_TRUE(is_alive(tracker));
    EXPECT_TRUE(exists(name));
    raise(SIGKILL);
  });
  EXPECT_EQ(creator.wait().signal, SIGKILL) << creator.wait();
  EXPECT_TRUE(goes(name));
}

// All that a process does here with the system: kills it at each system call in turn, before and after it.
enum class Left { killed, ended };
Left run_and_kill_at(const std::function<void()>& body, int stop) {
  const pid_t child = fork();
  if (child == 0) {
    ptrace(PTRACE_TRACEME, 0, nullptr, nullptr);
    raise(SIGSTOP);
    body();
    _exit(0);
  }
  int status = 0;
  long signal = 0;
  for (waitpid(child, &status, 0); stop != 0; --stop) {
    ptrace(PTRACE_SYSCALL, child, nullptr, signal);
    waitpid(child, &status, 0);
    if (!WIFSTOPPED(status)) return Left::ended;
    signal = WSTOPSIG(status) == SIGTRAP ? 0 : WSTOPSIG(status);
  }
  kill(child, SIGKILL);
  do {
    waitpid(child, &status, 0);
  } while (!WIFSIGNALED(status) && !WIFEXITED(status));
  return Left::killed;
}

TEST(AKilledCreator, LeavesNothingWhicheverSystemCallItWasIn) {
  const std::string name = name_of("steps");
  const std::string other = name_of("taken");
  SharedMemory taken(other, true, 10);
  const auto life = [&] {
    SharedMemory memory(name, true, 100);
    SharedMemory unnamed({}, true, 100);
    try {
      SharedMemory clash(other, true, 100);
    } catch (const std::system_error&) {
    }
    unnamed.unlink();
    memory.unlink();
  };
  int steps = 0;
  while (run_and_kill_at(life, steps) == Left::killed) {
    EXPECT_TRUE(goes(name)) << "after " << steps << " steps";
    ++steps;
  }
  RecordProperty("steps", steps);
  EXPECT_GT(steps, 60);
  EXPECT_TRUE(exists(other));
  taken.unlink();
}

TEST(AKilledCreator, LeavesNothingAtAnyMomentWithManyThreads) {
  std::mt19937 random(static_cast<unsigned>(setting("SEED", 1)));
  const std::string name = name_of("random");
  for (std::uint64_t round = 0; round != setting("ROUNDS", 40); ++round) {
    const Shared<Event> begun;
    ChildProcess creator([&] {
      std::vector<std::thread> threads;
      for (int thread = 0; thread != 3; ++thread) {
        threads.emplace_back([&, thread] {
          for (;;) {
            SharedMemory named(name + std::to_string(thread), true, 10'000);
            SharedMemory unnamed({}, true, 10);
            begun->happen();
            named.unlink();
            unnamed.unlink();
          }
        });
      }
      for (std::thread& thread : threads) thread.join();
    });
    begun->wait();
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 3000));  // any moment is as good as another
    creator.kill(SIGKILL);
    EXPECT_EQ(creator.wait().signal, SIGKILL);
    for (int thread = 0; thread != 3; ++thread) EXPECT_TRUE(goes(name + std::to_string(thread)));
  }
}

}  // namespace
}  // namespace multiprocessing::tests::shared_memory_deaths_test
