// SPDX-License-Identifier: MIT
#include <multiprocessing/multiprocessing.hpp>

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <fstream>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "api/named_block.hpp"
#include "support/child_process.hpp"
#include "support/processes.hpp"
#include "support/shared.hpp"

// The process that looks after the names of shared memory, and those who create and unlink at once.
namespace multiprocessing::tests::name_tracker_test {
namespace {

TEST(SharedMemory, MakesOneProcessThatEndsWithTheLastName) {
  const auto before = children_of(getpid());
  {
    Block first(unused_name(), true, 1);
    const Block second({}, true, 1);
    EXPECT_EQ(children_of(getpid()).size(), before.size() + 1);
    first.unlink();
    EXPECT_EQ(children_of(getpid()).size(), before.size() + 1);
  }
  EXPECT_EQ(children_of(getpid()), before);
}

TEST(SharedMemory, ItsProcessHoldsNoDescriptorOfTheProgram) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const Block memory(unused_name(), true, 1);
  close(ends[1]);
  char byte = 0;
  EXPECT_EQ(read(ends[0], &byte, 1), 0);  // the end of the pipe, not a wait
  close(ends[0]);
}

TEST(SharedMemory, ItsProcessHoldsNoMemoryThatTheProgramShares) {
  const RawArray<char> array(1 << 20);
  SharedMemory unlinked({}, true, 1 << 20);
  unlinked.unlink();
  const Block memory(unused_name(), true, 1);
  std::ifstream maps("/proc/" + std::to_string(children_of(getpid()).at(0)) + "/maps");
  int shared = 0;
  for (std::string line; std::getline(maps, line);) {
    if (line.find("s 0000") != std::string::npos) ++shared;
  }
  EXPECT_EQ(shared, 1);  // the names
}

TEST(SharedMemory, ThatOthersUnlinkDoesNotUseNamesUp) {
  const Block kept(unused_name(), true, 1);
  EXPECT_EQ(run_in_child([&] {
              for (int times = 0; times != 9'000; ++times) {
                const SharedMemory memory(unused_name(), true, 1);
                ASSERT_TRUE(std::filesystem::remove("/dev/shm/" + memory.name()));
              }
            }).exit_code,
            0);
  EXPECT_TRUE(exists(kept.name()));
}

TEST(SharedMemory, OfOneNameIsCreatedByOneOfThoseWhoTryAtOnce) {
  const Shared<std::atomic<int>> created, waiting;
  for (int round = 0; round != 20; ++round) {
    const std::string name = unused_name();
    *waiting = 0;
    *created = 0;
    const auto create = [&] {
      ++*waiting;
      while (*waiting < 4) std::this_thread::yield();
      try {
        SharedMemory memory(name, true, 100);
        ++*created;
        ++*waiting;
        while (*waiting < 8) std::this_thread::yield();
        memory.unlink();
      } catch (const std::system_error& error) {
        EXPECT_EQ(error.code().value(), EEXIST);
        ++*waiting;
      }
    };
    ChildProcess one(create), two(create);
    std::thread three(create), four(create);
    three.join();
    four.join();
    EXPECT_EQ(one.wait().exit_code, 0);
    EXPECT_EQ(two.wait().exit_code, 0);
    EXPECT_EQ(*created, 1);
  }
}

TEST(SharedMemory, IsMadeAndUnlinkedByManyThreads) {
  std::vector<std::thread> threads;
  for (int thread = 0; thread != 4; ++thread) {
    threads.emplace_back([] {
      for (int times = 0; times != 25; ++times) {
        SharedMemory memory({}, true, 100);
        EXPECT_EQ(SharedMemory(memory.name()).size(), 100U);
        memory.unlink();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

}  // namespace
}  // namespace multiprocessing::tests::name_tracker_test
