// SPDX-License-Identifier: MIT
#include "os/memory.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdint>
#include <system_error>

#include "os/owner_mark.hpp"
#include "shm/mapping.hpp"
#include "support/child_process.hpp"

namespace multiprocessing::detail::memory_test {
namespace {

// Under AddressSanitizer the same access ends with an exit code.
bool died(const tests::ChildResult& child) { return child.exit_code != 0 && !child.timed_out; }

TEST(SharedMapping, IsZeroedWholePagesSharedWithChildren) {
  const SharedMapping memory(5);
  EXPECT_GE(memory.size_bytes(), 4096U);
  EXPECT_EQ(memory.data()[memory.size_bytes() - 1], std::byte{0});

  tests::run_in_child([&] { memory.data()[3] = std::byte{7}; });

  EXPECT_EQ(memory.data()[3], std::byte{7});
}

TEST(SharedMapping, SaysHowMuchWasRefused) {
  try {
    SharedMapping(std::size_t{1} << 60);
    FAIL();
  } catch (const std::system_error& error) {
    EXPECT_NE(std::string(error.what()).find("1152921504606846976"), std::string::npos) << error.what();
  }
}

TEST(Memory, ThatIsNotInheritedIsNotInAChild) {
  const SharedMapping memory(1);
  forbid_fork_inheritance(memory.data(), memory.size_bytes());
  memory.data()[0] = std::byte{1};
  EXPECT_TRUE(died(tests::run_in_child([&] { memory.data()[0] = std::byte{2}; })));
  EXPECT_EQ(memory.data()[0], std::byte{1});
}

TEST(Memory, ThatIsReadOnlyCanBeReadOnly) {
  const SharedMapping memory(1);
  EXPECT_TRUE(died(tests::run_in_child([&] {
    make_read_only(memory.data(), memory.size_bytes());
    EXPECT_EQ(memory.data()[0], std::byte{0});
    memory.data()[0] = std::byte{2};
  })));
  EXPECT_EQ(memory.data()[0], std::byte{0});
}

TEST(Memory, SaysWhatTheSystemRefuses) {
  // None of them takes an address inside a page.
  std::byte inside = {};
  void* const odd = reinterpret_cast<void*>(reinterpret_cast<std::uintptr_t>(&inside) | 1);
  EXPECT_THROW(unmap(odd, 4096), std::system_error);
  EXPECT_THROW(make_read_only(odd, 4096), std::system_error);
  EXPECT_THROW(forbid_fork_inheritance(odd, 4096), std::system_error);
}

TEST(OwnerMark, KnowsAForkedProcessAndItsChildren) {
  const OwnerMark mark;
  EXPECT_FALSE(mark.inherited());
  const tests::ChildResult child = tests::run_in_child([&] {
    EXPECT_TRUE(mark.inherited());
    EXPECT_EQ(mark.owner(), ::getppid());
    EXPECT_EQ(tests::run_in_child([&] { EXPECT_TRUE(mark.inherited()); }).exit_code, 0);
    EXPECT_FALSE(OwnerMark().inherited());
  });
  EXPECT_EQ(child.exit_code, 0) << child;
  EXPECT_FALSE(mark.inherited());
}

}  // namespace
}  // namespace multiprocessing::detail::memory_test
