// SPDX-License-Identifier: MIT
#include "os/output.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <iostream>
#include <latch>
#include <thread>

#include "support/child_process.hpp"

namespace multiprocessing::detail::output_test {
namespace {

TEST(Output, IsFlushed) {
  const tests::ChildResult child = tests::run_in_child([] {
    std::fputs("stdio;", stdout);
    std::cout << "cout;";
    std::clog << "clog;";
    flush_output_if_free();
    ::_exit(0);
  });
  EXPECT_EQ(child.standard_output, "stdio;cout;");
  EXPECT_EQ(child.standard_error, "clog;");
}

TEST(Output, IsFlushedWhereTheStreamsAreNotInStepWithStdio) {
  const tests::ChildResult child = tests::run_in_child([] {
    std::ios::sync_with_stdio(false);
    std::cout << "cout;";
    flush_own_output();
    ::_exit(0);
  });
  EXPECT_EQ(child.standard_output, "cout;");
}

TEST(Output, IsNotWaitedForWhileAnotherThreadHasIt) {
  const tests::ChildResult child = tests::run_in_child([] {
    std::latch is_locked(1);
    std::thread([&] {
      ::flockfile(stdout);
      is_locked.count_down();
      for (;;) ::pause();
    }).detach();
    is_locked.wait();
    std::fputs("e", stderr);

    flush_output_if_free();
    ::_exit(0);
  });
  EXPECT_EQ(child.exit_code, 0) << child;
}

TEST(Output, IsFlushedWhileAThreadReadsAnEmptyInput) {
  const tests::ChildResult child = tests::run_in_child([] {
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe(ends.data()), 0);
    ASSERT_EQ(::dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
    std::thread([] { std::getchar(); }).detach();
    // Until the other thread sits in its read, with stdin's lock.
    while (::ftrylockfile(stdin) == 0) ::funlockfile(stdin);
    std::fputs("text", stdout);

    flush_output_if_free();
    ::_exit(0);
  });
  EXPECT_EQ(child.exit_code, 0) << child;
  EXPECT_EQ(child.standard_output, "text");
}

}  // namespace
}  // namespace multiprocessing::detail::output_test
