// SPDX-License-Identifier: MIT
#include <multiprocessing/multiprocessing.hpp>

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "api/named_block.hpp"
#include "failure/own_file.hpp"
#include "support/child_process.hpp"
#include "support/processes.hpp"
#include "support/temporary_folder.hpp"

// What else holds descriptors that a program may close, and give their numbers to files of its own.
namespace multiprocessing::tests::closed_other_descriptors_test {
namespace {

using namespace std::chrono_literals;

// With each kind of file in the place of all that `make` has opened; `use` ends its life.
template <class Make, class Use>
void expect_own_files_to_be_left_alone(Make make, Use use) {
  using enum OwnFile::Kind;
  for (const OwnFile::Kind kind : {file, pipe, eventfd, epoll}) {
    const ChildResult child = run_in_child([&] {
      const std::vector<int> before = open_descriptors();
      auto made = make();
      const std::vector<int> ours = opened_since(before);
      EXPECT_FALSE(ours.empty());
      close_all();
      OwnFile own(kind);
      for (const int number : ours) own.take_number(number);
      use(std::move(made));
      own.expect_to_be_untouched();
      EXPECT_TRUE(children_of(getpid()).empty());
    });
    EXPECT_EQ(child.exit_code, 0) << static_cast<int>(kind) << ": " << child;
  }
}

std::unique_ptr<Process> started(void (*target)()) {
  auto process = std::make_unique<Process>(target);
  process->start();
  return process;
}

void stay() { pause(); }

TEST(ProcessWhosePidfdIsClosed, IsAskedSignalledAndJoinedAllTheSame) {
  expect_own_files_to_be_left_alone([] { return started(stay); },
                                    [](std::unique_ptr<Process> process) {
                                      EXPECT_TRUE(process->is_alive());
                                      process->terminate();
                                      EXPECT_TRUE(process->join(10s));
                                      EXPECT_EQ(process->exitcode(), -SIGTERM);
                                    });
}

TEST(ProcessWhosePidfdIsClosed, IsJoinedByItsDestructor) {
  expect_own_files_to_be_left_alone([] { return started([] {}); },
                                    [](std::unique_ptr<Process> process) { process.reset(); });
}

TEST(ProcessWhosePidfdIsClosed, IsJoinedByAThreadThatSleepsAlready) {
  const ChildResult child = run_in_child([] {
    const multiprocessing::Event gate;
    Process process([gate] { gate.wait(); });
    process.start();
    OwnFile own(OwnFile::Kind::pipe);
    std::thread waiter([&] { process.join(); });
    std::this_thread::sleep_for(10ms);
    own.take_number(process.sentinel());
    gate.set();
    waiter.join();
    EXPECT_EQ(process.exitcode(), 0);
    own.expect_to_be_untouched();
  });
  EXPECT_EQ(child.exit_code, 0) << child;
}

// The kernel cannot tell this from the end of its parent.
TEST(ProcessWhosePidfdIsClosed, IsKilledIfItIsADaemon) {
  expect_own_files_to_be_left_alone(
      [] {
        auto process = std::make_unique<Process>(stay);
        process->set_daemon(true);
        process->start();
        return process;
      },
      [](std::unique_ptr<Process> process) {
        EXPECT_TRUE(process->join(10s));
        EXPECT_EQ(process->exitcode(), -SIGKILL);
      });
}

TEST(ProcessThatClosesAllItHas, KnowsItsParentAllTheSame) {
  const ChildResult result = run_in_child([] {
    Process child([] {
      close_all();
      std::exit(parent_process()->is_alive() && parent_process()->pid() == getppid() ? 0 : 1);
    });
    child.start();
    child.join();
    EXPECT_EQ(child.exitcode(), 0);
  });
  EXPECT_EQ(result.exit_code, 0) << result;
}

TEST(BarrierWhoseDescriptorIsClosed, IsAnErrorOrAnEndForAllThatWait) {
  expect_own_files_to_be_left_alone([] { return std::make_unique<Barrier>(2); },
                                    [](std::unique_ptr<Barrier> barrier) {
                                      const auto wait = [&] {
                                        try {
                                          barrier->wait();
                                        } catch (const BrokenBarrierError&) {
                                        } catch (const std::system_error& error) {
                                          EXPECT_EQ(error.code(), std::errc::bad_file_descriptor);
                                        }
                                      };
                                      std::thread other(wait);
                                      wait();
                                      other.join();
                                    });
}

TEST(BarrierWhoseDescriptorIsClosed, LetsGoOfThoseThatSleep) {
  const ChildResult child = run_in_child([] {
    const Barrier barrier(2);
    std::thread sleeper([&] { barrier.wait(); });
    while (barrier.n_waiting() != 1) std::this_thread::yield();
    std::this_thread::sleep_for(10ms);
    close_all();
    barrier.wait();
    sleeper.join();
  });
  EXPECT_EQ(child.exit_code, 0) << child;
}

TEST(PipeWhoseDescriptorsAreClosed, SaysSoAndDoesNotCloseWhatHasTheirNumbers) {
  expect_own_files_to_be_left_alone([] { return Pipe<int>(); },
                                    [](std::pair<Connection<int>, Connection<int>> ends) {
                                      EXPECT_THROW(ends.first.send(1), std::system_error);
                                      EXPECT_THROW(ends.second.recv(), std::system_error);
                                    });
}

TEST(SharedMemoryWhoseTrackerHasLostItsMaker, LosesItsNameAndAnotherOneIsMade) {
  expect_own_files_to_be_left_alone([] { return std::make_unique<Block>(unused_name(), true, 1); },
                                    [](std::unique_ptr<Block> block) {
                                      const Block other(unused_name(), true, 1);
                                      EXPECT_TRUE(exists(other.name()));
                                      block.reset();
                                    });
}

TEST(TraceWhoseFileIsClosed, EndsAndLeavesTheFileInItsPlaceAlone) {
  const TemporaryFolder folder;
  expect_own_files_to_be_left_alone(
      [&] { return std::make_unique<Pool>(PoolOptions{.processes = 1, .trace = folder / "trace.json"}); },
      [](std::unique_ptr<Pool> pool) {
        try {
          pool->apply([] {});
        } catch (const BrokenPool&) {
        }
        pool.reset();
      });
}

}  // namespace
}  // namespace multiprocessing::tests::closed_other_descriptors_test
