// SPDX-License-Identifier: MIT
#include <multiprocessing/pool.hpp>
#include <multiprocessing/process.hpp>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include "support/child_process.hpp"
#include "support/deadline.hpp"

// A program's descriptors, streams and what it has written to them, beside a pool.
namespace multiprocessing::tests::embedding_files_test {
namespace {

using namespace std::chrono_literals;

int negative(int number) { return -number; }

// What a program that is started now has open, by ls itself, which has one more: the folder that it lists.
std::string descriptors_of_a_program() {
  std::FILE* const output = popen("exec ls /proc/self/fd", "r");
  std::string names;
  for (int character = 0; (character = std::fgetc(output)) != EOF;) names += static_cast<char>(character);
  pclose(output);
  return names;
}

TEST(ProgramWithFiles, GivesNoDescriptorOfThePoolToProgramsThatItStarts) {
  const std::string before = descriptors_of_a_program();
  Pool pool(2);
  auto pending = pool.apply_async([] { pause(); }).callback([] {});

  EXPECT_EQ(descriptors_of_a_program(), before);
  std::string in_a_thread;
  std::thread([&] { in_a_thread = descriptors_of_a_program(); }).join();
  EXPECT_EQ(in_a_thread, before);
  EXPECT_EQ(pool.apply(descriptors_of_a_program), before);  // a task neither
}

struct Written {
  std::string path;
  std::string content() const {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
  }
};

void end_somehow(int way) {
  std::cout << "task;";
  switch (way) {
    case 1:
      std::exit(3);
    case 2:
      raise(SIGTERM);
      break;
    case 3:
      _exit(3);
    default:
      break;
  }
}

TEST(ProgramWithFiles, WritesWhatWasBufferedBeforeTheForkOnce) {
  const Written file{"/dev/shm/multiprocessing-test-" + std::to_string(getpid())};
  const ChildResult child = run_in_child([&] {
    std::ofstream stream(file.path, std::ios::app);
    std::FILE* const stdio = std::fopen(file.path.c_str(), "a");
    std::cerr << "cerr;";  // first: it flushes std::cout
    std::clog << "clog;";
    stream << "stream;";
    std::fputs("stdio;", stdio);
    std::fputs("stdout;", stdout);
    std::cout << "cout;";
    {
      Pool pool(2);
      for (const int way : {0, 1, 2, 3}) {
        try {
          pool.apply(end_somehow, way);
        } catch (const WorkerLost&) {
        }
      }
      std::cout << "after;";
      pool.close();
      pool.join();
    }
    std::fclose(stdio);
  });
  const std::string content = file.content();
  unlink(file.path.c_str());

  EXPECT_EQ(child.exit_code, 0) << child;
  EXPECT_EQ(content, "stdio;stream;") << content;
  EXPECT_EQ(child.standard_error, "cerr;clog;");
  std::string output = child.standard_output;
  const std::size_t tasks = output.find("task;");
  ASSERT_NE(tasks, std::string::npos) << output;
  EXPECT_EQ(output.substr(0, tasks), "stdout;cout;");
  EXPECT_EQ(output.find("stdout;", tasks), std::string::npos) << output;
  EXPECT_EQ(output.find("cout;", tasks), std::string::npos) << output;
}

TEST(ProgramWithFiles, MayHaveClosedItsStandardOnes) {
  for (int closed = 1; closed != 8; ++closed) {
    const ChildResult child = run_in_child([closed] {
      for (const int fd : {0, 1, 2}) {
        if ((closed >> fd & 1) != 0) close(fd);
      }
      const auto expect_to_be_closed = [closed] {
        for (const int fd : {0, 1, 2}) EXPECT_EQ(fcntl(fd, F_GETFD) < 0, (closed >> fd & 1) != 0) << fd;
      };
      {
        Pool pool(2);
        auto result = pool.apply_async(negative, 3).callback([](int) {});
        pool.map(
            [](int number) {
              std::cout << number << std::endl;
              std::cerr << number << std::endl;
              std::cin.get();
            },
            {1, 2, 3}, 1);
        EXPECT_EQ(result.get(), -3);
        EXPECT_THROW(pool.apply([] { raise(SIGKILL); }), WorkerLost);
        EXPECT_EQ(pool.apply(negative, 4), -4);
        expect_to_be_closed();  // none of ours has taken their place
      }
      expect_to_be_closed();
    });
    EXPECT_EQ(child.exit_code, 0) << closed << ": " << child;
  }
}

// Its streams have read ahead, with buffers of their own: what is in them is the program's.
TEST(ProgramWithFiles, KeepsWhatItHasReadAheadForItself) {
  const ChildResult result = run_in_child([] {
    std::array<int, 2> input{};
    ASSERT_EQ(pipe(input.data()), 0);
    ASSERT_EQ(write(input[1], "one\ntwo\n", 8), 8);
    dup2(input[0], STDIN_FILENO);
    close(input[0]);
    close(input[1]);
    std::ios::sync_with_stdio(false);
    std::string line;
    std::getline(std::cin, line);

    const auto reads_nothing = [] {
      std::string rest;
      return !std::getline(std::cin, rest) && rest.empty();
    };
    Pool pool(1);
    EXPECT_TRUE(pool.apply(reads_nothing));
    Process process([&] { std::exit(reads_nothing() ? 0 : 1); });
    process.start();
    process.join();
    EXPECT_EQ(process.exitcode(), 0);

    std::getline(std::cin, line);
    EXPECT_EQ(line, "two");
  });
  EXPECT_EQ(result.exit_code, 0) << result;
}

}  // namespace
}  // namespace multiprocessing::tests::embedding_files_test
