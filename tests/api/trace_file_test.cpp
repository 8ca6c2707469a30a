// SPDX-License-Identifier: MIT
#include <multiprocessing/multiprocessing.hpp>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <numeric>
#include <optional>
#include <string>
#include <system_error>
#include <vector>

#include "api/traced_test.hpp"
#include "support/child_process.hpp"
#include "support/processes.hpp"

namespace multiprocessing::tests::trace_file_test {
namespace {

int twice(int number) { return 2 * number; }

std::vector<int> numbers_to(int end) {
  std::vector<int> numbers(static_cast<std::size_t>(end));
  std::iota(numbers.begin(), numbers.end(), 0);
  return numbers;
}

class TraceFile : public TracedTest {};

TEST_F(TraceFile, AFileThatCannotBeWrittenIsSaidByTheConstructor) {
  const std::filesystem::path nowhere = folder_ / "no such folder/trace.json";
  try {
    Pool pool({.processes = 1, .trace = nowhere});
    FAIL() << "a trace was written nowhere";
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code(), std::errc::no_such_file_or_directory);
    EXPECT_NE(std::string(error.what()).find(nowhere.string()), std::string::npos) << error.what();
  }
  EXPECT_TRUE(children_of(::getpid()).empty());
}

TEST_F(TraceFile, AFileThatAnotherPoolWritesIsSaidByTheConstructor) {
  {
    Pool first(traced(1));
    first.map(twice, numbers_to(1000), 1);
    try {
      Pool second(traced(1));
      ADD_FAILURE() << "two pools write one file";
    } catch (const std::system_error& error) {
      EXPECT_EQ(error.code(), std::errc::device_or_resource_busy) << error.what();
      EXPECT_NE(std::string(error.what()).find(path_.string()), std::string::npos) << error.what();
    }
  }
  EXPECT_EQ(of_category(lines(), "item").size(), 1000U);
}

// Also where what was forked meanwhile is still there, and has the descriptor.
TEST_F(TraceFile, AFileIsWrittenAnewOnceItsPoolHasEnded) {
  std::optional<Pool> first(traced(1));
  first->map(twice, numbers_to(10));
  Pool other(1);
  const std::string too_long(1 << 20, ' ');
  std::ofstream(folder_ / "long.json") << too_long;
  first.reset();
  { Pool(traced(1)).apply(twice, 1); }
  { Pool({.processes = 1, .trace = folder_ / "long.json"}).apply(twice, 1); }
  EXPECT_EQ(of_category(lines(), "item").size(), 1U);
  EXPECT_LT(std::filesystem::file_size(folder_ / "long.json"), 10'000U);
}

TEST_F(TraceFile, ALimitOfFileSizesEndsItAndNotThePool) {
  const ChildResult child = run_in_child([&] {
    const rlimit limit{100'000, 100'000};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    Pool pool(traced(1));
    EXPECT_EQ(pool.map(twice, numbers_to(10'000)).back(), 19'998);
  });
  EXPECT_EQ(child.exit_code, 0) << child;
  EXPECT_EQ(child.standard_error, "multiprocessing: the trace " + path_.string() + " ends too early: File too large\n");
}

TEST_F(TraceFile, APipeWithoutAReaderIsSaidAndOneWhoseReaderStopsEndsIt) {
  ASSERT_EQ(::mkfifo(path_.c_str(), 0600), 0);
  EXPECT_THROW(Pool(traced(1)), std::system_error);
  const int reader = ::open(path_.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  ASSERT_GE(reader, 0);
  const ChildResult child = run_in_child([&] {
    Pool pool(traced(1));
    EXPECT_EQ(pool.map(twice, numbers_to(5000)).back(), 9998);  // a megabyte, and nobody reads
  });
  ::close(reader);
  EXPECT_EQ(child.exit_code, 0) << child;
  EXPECT_NE(child.standard_error.find(" ends too early: Resource temporarily unavailable\n"), std::string::npos)
      << child;
}

TEST_F(TraceFile, AFullDiskEndsItAndNotThePool) {
  const ChildResult child = run_in_child([] {
    Pool pool({.processes = 1, .trace = "/dev/full"});
    EXPECT_EQ(pool.map(twice, numbers_to(1000)).back(), 1998);
  });
  EXPECT_EQ(child.exit_code, 0) << child;
  EXPECT_EQ(child.standard_error, "multiprocessing: the trace /dev/full ends too early: No space left on device\n");
}

TEST_F(TraceFile, TheEnvironmentNamesItAndEachPoolHasItsOwn) {
  const ChildResult child = run_in_child([&] {
    ::setenv("MULTIPROCESSING_TRACE", path_.c_str(), 1);
    Pool first(1);
    {
      Pool second(1);
      first.apply(twice, 1);
    }
    // In a worker: a pool of a pool.
    first.apply([] { return Pool(1).apply(twice, 2); });
  });
  EXPECT_EQ(child.exit_code, 0) << child;
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(path_.parent_path())) {
    expect_to_be_read_by_viewers(entry.path());
    ++files;
  }
  EXPECT_EQ(files, 3U);
}

}  // namespace
}  // namespace multiprocessing::tests::trace_file_test
