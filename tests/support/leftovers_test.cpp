// SPDX-License-Identifier: MIT
#include "support/leftovers.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "support/child_process.hpp"
#include "support/processes.hpp"

namespace multiprocessing::tests::leftovers_test {
namespace {

using Sentences = std::vector<std::string>;

TEST(Leftovers, AreNoneAfterWorkThatWasCleanedUp) {
  const Holdings before = Holdings::now();

  run_in_child([] {});
  std::thread([] {}).join();

  EXPECT_EQ(leftovers_since(before), Sentences{});
}

TEST(Leftovers, NameAnOpenDescriptor) {
  const Holdings before = Holdings::now();

  const int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
  const Sentences left = leftovers_since(before);
  close(fd);

  EXPECT_EQ(left, Sentences{"an open descriptor: " + std::to_string(fd) + " -> /dev/null"});
}

TEST(Leftovers, NameASharedMappingAndNoPrivateOne) {
  const Holdings before = Holdings::now();

  void* shared = mmap(nullptr, 4096, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  void* unshared = mmap(nullptr, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  const Sentences left = leftovers_since(before);
  munmap(shared, 4096);
  munmap(unshared, 4096);

  ASSERT_EQ(left.size(), 1u);
  EXPECT_EQ(left[0].rfind("a shared mapping: ", 0), 0u) << left[0];
}

TEST(Leftovers, NameAZombieThatNobodyReaped) {
  const Holdings before = Holdings::now();

  const pid_t pid = fork();
  if (pid == 0) _exit(0);
  EXPECT_TRUE(ends_within(pid, std::chrono::seconds{5}));
  const Sentences left = leftovers_since(before);
  waitpid(pid, nullptr, 0);

  ASSERT_EQ(left.size(), 1u);
  EXPECT_EQ(left[0].rfind("a child process: " + std::to_string(pid), 0), 0u) << left[0];
  EXPECT_NE(left[0].find(", Z)"), std::string::npos) << left[0];
}

TEST(Leftovers, NameAnOrphanWhoseParentIsGone) {
  const Holdings before = Holdings::now();

  const ChildResult parent = run_in_child([] {
    const pid_t grandchild = fork();
    if (grandchild != 0) {
      dprintf(STDOUT_FILENO, "%d", grandchild);
      return;
    }
    for (;;) pause();
  });
  const Sentences left = leftovers_since(before);
  const pid_t orphan = std::stoi(parent.standard_output);
  kill(orphan, SIGKILL);

  ASSERT_EQ(left.size(), 1u);
  EXPECT_EQ(left[0].rfind("an orphaned process: " + std::to_string(orphan), 0), 0u) << left[0];
}

// In a folder of its own: in /dev/shm the tests that run beside this one would see the file, too.
TEST(Leftovers, NameAFile) {
  const std::filesystem::path folder = testing::TempDir() + "leftovers_test_" + std::to_string(getpid());
  std::filesystem::create_directory(folder);
  const Holdings before = Holdings::now(folder);

  std::ofstream(folder / "forgotten").put('x');
  const Sentences left = leftovers_since(before, folder);
  std::filesystem::remove_all(folder);

  EXPECT_EQ(left, Sentences{"a file: " + (folder / "forgotten").string()});
}

}  // namespace
}  // namespace multiprocessing::tests::leftovers_test
