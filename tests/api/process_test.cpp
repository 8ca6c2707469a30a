// SPDX-License-Identifier: MIT
#include <multiprocessing/process.hpp>

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <functional>
#include <memory>
#include <numeric>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "support/child_process.hpp"
#include "support/shared.hpp"

namespace multiprocessing::tests::process_test {
namespace {

TEST(Process, RunsItsTargetInADirectChildOfItsCaller) {
  const Shared<std::pair<pid_t, pid_t>> seen;
  Process process([&] { *seen = {getpid(), getppid()}; });

  process.start();
  process.join();

  EXPECT_EQ(seen->first, process.pid());
  EXPECT_EQ(seen->second, getpid());
  EXPECT_NE(process.pid(), getpid());
}

TEST(Process, InheritsAnyClosureWhoseWritesStayInTheChild) {
  const std::vector<int> captured(1000, 1);
  int written = 0;
  const Shared<int> sum;
  Process process([&captured, &written, &sum] {
    written = std::accumulate(captured.begin(), captured.end(), 0);
    *sum = written;
  });

  process.start();
  process.join();

  EXPECT_EQ(*sum, 1000);
  EXPECT_EQ(written, 0);
}

TEST(Process, PassesItsArgumentsAsRvaluesWhateverTheirType) {
  const Shared<int> sum;
  const auto target = [&sum](std::unique_ptr<int> number, const std::string& text, int& copy) {
    *sum = *number + static_cast<int>(text.size()) + ++copy;
  };
  int referred = 10;
  Process process(target, std::make_unique<int>(1), "two", std::ref(referred));

  process.start();
  process.join();

  EXPECT_EQ(*sum, 1 + 3 + 11);
  EXPECT_EQ(referred, 10);
}

struct Counter {
  int* place;
  void add(int number) const { *place += number; }
};

TEST(Process, TakesMemberFunctionsAndFunctionObjectsThatMoveOnly) {
  const Shared<int> sum;
  Process by_member(&Counter::add, Counter{sum.get()}, 3);
  Process by_object([place = std::make_unique<int*>(sum.get())]() mutable { **place += 4; });

  for (Process* process : {&by_member, &by_object}) {
    process->start();
    process->join();
  }

  EXPECT_EQ(*sum, 7);
}

TEST(Process, LosesTheCallersCopiesOfTargetAndArgumentsWhenItHasStarted) {
  const auto captured = std::make_shared<int>(1);
  const Shared<std::atomic<long>> seen;
  Process process([captured, &seen](const std::shared_ptr<int>& argument) { *seen = argument.use_count(); }, captured);
  EXPECT_EQ(captured.use_count(), 3);

  process.start();

  EXPECT_EQ(captured.use_count(), 1);
  process.join();
  EXPECT_EQ(*seen, 3);
}

struct End {
  const char* name;
  void (*target)();
  int exitcode;
};

class ExitcodeOfProcess : public ::testing::TestWithParam<End> {};

TEST_P(ExitcodeOfProcess, SaysHowItEnded) {
  const ChildResult program = run_in_child([] {
    Process process(GetParam().target);
    process.start();
    process.join();
    EXPECT_EQ(process.exitcode(), GetParam().exitcode);
    EXPECT_EQ(process.exitcode(), GetParam().exitcode) << "asked again";
    EXPECT_FALSE(process.is_alive());
  });

  EXPECT_EQ(program.exit_code, 0) << program;
}

INSTANTIATE_TEST_SUITE_P(
    , ExitcodeOfProcess,
    ::testing::Values(End{"Return", [] {}, 0}, End{"Exit8", [] { std::exit(8); }, 8},
                      End{"Exit0", [] { std::exit(0); }, 0}, End{"ExitAtOnce", [] { _exit(3); }, 3},
                      End{"ExitBeyondAByte", [] { std::exit(257); }, 1},
                      End{"Exception", [] { throw std::runtime_error("it went wrong"); }, 1},
                      End{"ThrownNumber", [] { throw 5; }, 1}, End{"Abort", [] { std::abort(); }, -SIGABRT},
                      End{"Terminate", [] { std::terminate(); }, -SIGABRT},
                      End{"Kill", [] { raise(SIGKILL); }, -SIGKILL}, End{"Hangup", [] { raise(SIGHUP); }, -SIGHUP}),
    [](const auto& setting) { return std::string(setting.param.name); });

TEST(Process, PrintsTheExceptionThatEscapesWithItsNameTypeAndWhatIsNested) {
  const ChildResult program = run_in_child([] {
    Process process([] {
      try {
        throw std::out_of_range("the inner one");
      } catch (...) {
        std::throw_with_nested(std::invalid_argument("the outer one"));
      }
    });
    process.set_name("unlucky");
    process.start();
  });

  EXPECT_EQ(program.standard_error, "Process unlucky:\nstd::invalid_argument: the outer one\nthe inner one\n");
}

}  // namespace
}  // namespace multiprocessing::tests::process_test
