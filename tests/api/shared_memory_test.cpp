// SPDX-License-Identifier: MIT
#include <multiprocessing/multiprocessing.hpp>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <limits>
#include <system_error>

#include "api/named_block.hpp"

namespace multiprocessing::tests::shared_memory_test {
namespace {

// What constructing it threw: the error, and its text.
template <class... Arguments>
std::pair<int, std::string> refusal(const Arguments&... arguments) {
  try {
    SharedMemory memory(arguments...);
    return {0, memory.name()};
  } catch (const std::system_error& error) {
    return {error.code().value(), error.what()};
  }
}
bool says(const std::pair<int, std::string>& refused, const std::string& word) {
  return refused.second.find(word) != std::string::npos;
}

TEST(SharedMemory, IsZerosOfExactlyItsSizeUnderItsName) {
  const std::string name = unused_name();
  const Block memory(name, true, 1000);
  EXPECT_EQ(memory.name(), name);
  EXPECT_EQ(memory.size(), 1000U);
  EXPECT_EQ(memory.buf().size(), 1000U);
  EXPECT_EQ(std::ranges::count(memory.buf(), std::byte{0}), 1000);
  struct stat status {};
  ASSERT_EQ(stat(("/dev/shm/" + name).c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  EXPECT_EQ(status.st_nlink, 1U);  // the name is its only one
}

TEST(SharedMemory, IsOneForAllThatAttachByItsName) {
  const Block memory(unused_name(), true, 10);
  SharedMemory again(memory.name());
  EXPECT_EQ(again.size(), 10U);
  EXPECT_NE(again.buf().data(), memory.buf().data());
  again.buf()[3] = std::byte{7};
  EXPECT_EQ(memory.buf()[3], std::byte{7});
}

TEST(SharedMemory, HasANameOfItsOwnIfNoneIsGiven) {
  const Block first({}, true, 1);
  const Block second({}, true, 1);
  EXPECT_NE(first.name(), second.name());
  EXPECT_TRUE(exists(first.name()));
  EXPECT_EQ(SharedMemory(second.name()).size(), 1U);
}

TEST(SharedMemory, ANameThatIsTakenIsRefusedAndLeftAlone) {
  const Block memory(unused_name(), true, 10);
  const auto refused = refusal(memory.name(), true, std::size_t{20});
  EXPECT_EQ(refused.first, EEXIST);
  EXPECT_TRUE(says(refused, memory.name())) << refused.second;
  EXPECT_EQ(SharedMemory(memory.name()).size(), 10U);
}

TEST(SharedMemory, ANameThatNobodyHasIsRefused) {
  const auto refused = refusal(std::string("mp_test_nobody"));
  EXPECT_EQ(refused.first, ENOENT);
  EXPECT_TRUE(says(refused, "mp_test_nobody")) << refused.second;
}

TEST(SharedMemory, ASizeOrNameThatCannotBeIsRefused) {
  EXPECT_THROW(SharedMemory(unused_name(), true, 0), std::invalid_argument);
  EXPECT_THROW(SharedMemory{std::nullopt}, std::invalid_argument);
  const std::vector<std::string> names{"", "/", ".", "..", "a/b", std::string("a\0b", 3), std::string(256, 'x')};
  for (const std::string& name : names) {
    EXPECT_THROW(SharedMemory(name, true, 1), std::invalid_argument) << name;
    EXPECT_THROW(SharedMemory{name}, std::invalid_argument) << name;
  }
  const Block longest(std::string(255, 'x'), true, 1);
  EXPECT_TRUE(exists(longest.name()));
  const std::string name = unused_name();
  const Block with_slash("/" + name, true, 1);
  EXPECT_EQ(with_slash.name(), name);
}

TEST(SharedMemory, MoreThanThereIsIsRefusedAtOnceAndLeavesNothing) {
  const std::size_t everything = std::filesystem::space("/dev/shm").capacity;
  for (const std::size_t size : {everything + 1, std::size_t{1} << 62, std::numeric_limits<std::size_t>::max()}) {
    const auto refused = refusal(unused_name(), true, size);
    EXPECT_NE(refused.first, 0) << size;
    EXPECT_NE(refused.first, EEXIST) << size;
  }
  EXPECT_EQ(refusal(std::nullopt, true, everything + 1).first, ENOSPC);
}

TEST(SharedMemory, HasItsMemoryFromTheBeginning) {
  const Block memory(unused_name(), true, 1 << 20);
  struct stat status {};
  ASSERT_EQ(stat(("/dev/shm/" + memory.name()).c_str(), &status), 0);
  EXPECT_GE(status.st_blocks * 512, 1 << 20);
}

TEST(SharedMemory, OfNoBytesThatSomebodyElseLeftIsNotAttachedTo) {
  const std::string name = unused_name();
  std::ofstream("/dev/shm/" + name).close();
  EXPECT_EQ(refusal(name).first, EINVAL);
  unlink(("/dev/shm/" + name).c_str());
}

TEST(SharedMemory, StaysForThoseWhoHaveItWhenItIsUnlinked) {
  SharedMemory memory(unused_name(), true, 10);
  const SharedMemory attached(memory.name());
  memory.unlink();
  EXPECT_FALSE(exists(memory.name()));
  EXPECT_EQ(refusal(memory.name()).first, ENOENT);
  attached.buf()[0] = std::byte{1};
  EXPECT_EQ(memory.buf()[0], std::byte{1});
}

TEST(SharedMemory, IsUnlinkedOnlyOnce) {
  SharedMemory memory(unused_name(), true, 10);
  SharedMemory attached(memory.name());
  attached.unlink();
  EXPECT_THROW(attached.unlink(), std::system_error);
  try {
    memory.unlink();
    ADD_FAILURE();
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code().value(), ENOENT);
  }
}

TEST(SharedMemory, DoesNotUnlinkWhatHasItsNameSince) {
  SharedMemory first(unused_name(), true, 10);
  unlink(("/dev/shm/" + first.name()).c_str());
  const Block second(first.name(), true, 20);
  EXPECT_THROW(first.unlink(), std::system_error);
  EXPECT_TRUE(exists(second.name()));
}

TEST(SharedMemory, IsClosedForAllCopiesAndKeepsItsName) {
  Block memory(unused_name(), true, 10);
  const SharedMemory copy = memory;
  memory.buf()[0] = std::byte{5};
  memory.close();
  memory.close();
  EXPECT_TRUE(copy.buf().empty());
  EXPECT_EQ(copy.size(), 10U);
  EXPECT_EQ(SharedMemory(copy.name()).buf()[0], std::byte{5});
}

TEST(SharedMemory, WithoutANameIsNothing) {
  SharedMemory nothing;
  EXPECT_TRUE(nothing.buf().empty());
  EXPECT_EQ(nothing.name(), "");
  EXPECT_EQ(nothing.size(), 0U);
  nothing.close();
  nothing.unlink();
}

void fill(SharedMemory memory, std::size_t begin, std::size_t end, int value) {
  std::ranges::fill(memory.buf().subspan(begin, end - begin), static_cast<std::byte>(value));
}

TEST(SharedMemory, IsWorkedOnInPlaceByTasksThatGetIt) {
  Pool pool(2);  // forked before there is any
  const Block memory({}, true, 4'000'000);
  std::vector<std::tuple<SharedMemory, std::size_t, std::size_t, int>> parts;
  for (int part = 0; part != 4; ++part) {
    const auto begin = static_cast<std::size_t>(part) * 1'000'000;
    parts.emplace_back(memory, begin, begin + 1'000'000, part + 1);
  }
  pool.starmap(fill, parts, 1);
  for (std::size_t part = 0; part != 4; ++part) {
    EXPECT_EQ(std::ranges::count(memory.buf().subspan(part * 1'000'000, 1'000'000), static_cast<std::byte>(part + 1)),
              1'000'000);
  }
}

TEST(SharedMemory, ThatAWorkerMadeIsAttachedToByWhoGetsItAsAResult) {
  Pool pool(1);
  const Block memory(pool.apply([] {
                           SharedMemory made({}, true, 10);
                           made.buf()[1] = std::byte{9};
                           return made;
                         })
                         .name());
  EXPECT_EQ(memory.buf()[1], std::byte{9});
}

TEST(SharedMemory, ThatIsGoneWhenATaskWantsItIsAnError) {
  Pool pool(1);
  SharedMemory memory({}, true, 10);
  memory.unlink();
  EXPECT_THROW(pool.apply(fill, memory, 0UL, 1UL, 1), PicklingError);
}

}  // namespace
}  // namespace multiprocessing::tests::shared_memory_test
