// SPDX-License-Identifier: MIT
#include <multiprocessing/pipe.hpp>
#include <multiprocessing/pool.hpp>

#include <gtest/gtest.h>
#include <poll.h>
#include <signal.h>
#include <sys/time.h>
#include <unistd.h>

#include <deque>
#include <system_error>
#include <thread>
#include <vector>

#include "support/child_process.hpp"
#include "support/deadline.hpp"
#include "support/processes.hpp"
#include "support/shared.hpp"

namespace multiprocessing::tests::pipe_test {
namespace {

using namespace std::chrono_literals;

bool sleeps(const ChildProcess& child) {
  return eventually([&] { return describe_process(child.pid()).find(", S)") != std::string::npos; });
}
std::string text_of(std::size_t size) {
  std::string text(size, ' ');
  for (std::size_t i = 0; i != size; ++i) text[i] = static_cast<char>('a' + i % 23);
  return text;
}

TEST(Pipe, SendsMessagesOfAllSizesThereAndBack) {
  auto [mine, theirs] = Pipe<std::string>();
  ChildProcess child([&theirs = theirs, &mine = mine] {
    mine.close();
    try {
      while (true) theirs.send(theirs.recv());
    } catch (const EOFError&) {
    }
  });
  theirs.close();
  for (std::size_t size : {0U, 1U, 32'759U, 32'760U, 32'761U, 65'536U, 16'000'000U}) {
    const std::string text = text_of(size);
    mine.send(text);
    ASSERT_TRUE(mine.recv() == text) << size;
  }
  mine.close();
  EXPECT_EQ(child.wait().exit_code, 0);
}

TEST(Pipe, KeepsTheBoundariesOfMessages) {
  auto [first, second] = Pipe<std::string>();
  for (const char* text : {"a", "", "bc", ""}) second.send(text);
  for (const char* text : {"a", "", "bc", ""}) EXPECT_EQ(first.recv(), text);
  EXPECT_FALSE(first.poll());
}

TEST(Pipe, OneWayIsReceivedFromByTheFirst) {
  auto [first, second] = Pipe<int>(false);
  EXPECT_TRUE(first.readable());
  EXPECT_FALSE(first.writable());
  EXPECT_FALSE(second.readable());
  EXPECT_TRUE(second.writable());
  second.send(5);
  EXPECT_EQ(first.recv(), 5);
  EXPECT_THROW(first.send(1), std::logic_error);
  EXPECT_THROW(second.recv(), std::logic_error);
  EXPECT_THROW(second.poll(), std::logic_error);
}

TEST(Pipe, PollTellsWhetherRecvWouldWait) {
  auto [first, second] = Pipe<int>();
  EXPECT_FALSE(first.poll());
  EXPECT_FALSE(first.poll(5ms));
  ChildProcess child([&second = second] { second.send(1); });
  EXPECT_TRUE(first.poll(10s * patience));
  EXPECT_EQ(child.wait().exit_code, 0);
  pollfd polled{first.fileno(), POLLIN, 0};
  EXPECT_EQ(poll(&polled, 1, 0), 1);
  EXPECT_EQ(first.recv(), 1);
  EXPECT_EQ(poll(&polled, 1, 0), 0);
  second.close();
  EXPECT_TRUE(first.poll());
  EXPECT_THROW(first.recv(), EOFError);
}

TEST(Pipe, WhatWasSentIsReceivedAfterTheSenderIsGone) {
  auto [first, second] = Pipe<int>();
  first.send(0);  // never received: the kernel then tells of a reset
  for (int number = 0; number != 3; ++number) second.send(number);
  second.close();
  for (int number = 0; number != 3; ++number) EXPECT_EQ(first.recv(), number);
  EXPECT_THROW(first.recv(), EOFError);
  EXPECT_THROW(first.recv(), EOFError);
}

TEST(Pipe, SendToAnEndThatIsGoneIsAnErrorAndNoSignal) {
  auto [first, second] = Pipe<int>();
  second.close();
  try {
    first.send(1);
    ADD_FAILURE();
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code(), std::errc::broken_pipe);
  }
}

TEST(Pipe, ThatIsClosedSaysSo) {
  auto [first, second] = Pipe<int>();
  Connection<int> copy = first;
  EXPECT_FALSE(first.closed());
  copy.close();
  copy.close();
  EXPECT_TRUE(first.closed());
  EXPECT_THROW(first.send(1), std::logic_error);
  EXPECT_THROW(first.recv(), std::logic_error);
  EXPECT_THROW(first.poll(), std::logic_error);
  EXPECT_THROW(first.fileno(), std::logic_error);
}

TEST(Pipe, EndsWithTheLastProcessThatHasTheOtherEnd) {
  auto [first, second] = Pipe<int>();
  const Shared<Event> end;
  ChildProcess killed([&first = first] { first.recv(); });
  ChildProcess other([&] { end->wait(); });
  second.close();
  killed.kill(SIGKILL);
  EXPECT_EQ(killed.wait().signal, SIGKILL);
  EXPECT_FALSE(first.poll(20ms));
  end->happen();
  EXPECT_EQ(other.wait().exit_code, 0);
  EXPECT_THROW(first.recv(), EOFError);
}

TEST(Pipe, ASenderThatDiesInTheMiddleOfAMessageIsTheEnd) {
  auto [first, second] = Pipe<std::string>();
  ChildProcess sender([&second = second] { second.send(text_of(10'000'000)); });
  second.close();
  ASSERT_TRUE(sleeps(sender));
  sender.kill(SIGKILL);
  EXPECT_EQ(sender.wait().signal, SIGKILL);
  EXPECT_THROW(first.recv(), EOFError);
}

TEST(Pipe, AnotherSenderGoesOnAfterOneThatDiedInTheMiddleOfAMessage) {
  auto [first, second] = Pipe<std::string>();
  ChildProcess sender([&second = second] { second.send(text_of(10'000'000)); });
  ASSERT_TRUE(sleeps(sender));
  std::thread other([&second = second] { second.send("next"); });
  sender.kill(SIGKILL);
  EXPECT_EQ(sender.wait().signal, SIGKILL);
  EXPECT_EQ(first.recv(), "next");
  other.join();
}

TEST(Pipe, AnotherReceiverDropsWhatOneThatDiedLeftOfAMessage) {
  auto [first, second] = Pipe<std::string>();
  ChildProcess sender([&second = second] {
    second.send(text_of(10'000'000));
    second.send("next");
  });
  ASSERT_TRUE(sleeps(sender));
  sender.kill(SIGSTOP);
  const Shared<Event> begins;
  ChildProcess receiver([&first = first, &begins] {
    begins->happen();
    first.recv();
  });
  begins->wait();
  ASSERT_TRUE(sleeps(receiver));
  receiver.kill(SIGKILL);
  EXPECT_EQ(receiver.wait().signal, SIGKILL);
  sender.kill(SIGCONT);
  EXPECT_EQ(first.recv(), "next");
  EXPECT_EQ(sender.wait().exit_code, 0);
}

Connection<std::string>* inherited = nullptr;
int answer(int number) {
  inherited->send("hello " + inherited->recv());
  return number;
}

TEST(Pipe, IsInheritedByTheWorkersOfAPool) {
  auto [first, second] = Pipe<std::string>();
  inherited = &second;
  Pool pool(1);
  auto result = pool.apply_async(answer, 1);
  first.send("world");
  EXPECT_EQ(first.recv(), "hello world");
  EXPECT_EQ(result.get(), 1);
}

TEST(Pipe, IsSharedByManySendersAndReceivers) {
  auto [first, second] = Pipe<std::string>();
  std::deque<ChildProcess> senders;
  for (std::size_t sender = 0; sender != 4; ++sender) {
    senders.emplace_back([&second = second, sender] {
      for (int times = 0; times != 10; ++times) second.send(text_of(60'000 + sender));
    });
  }
  std::vector<int> times(4);
  for (int message = 0; message != 40; ++message) {
    const std::string text = first.recv();
    ASSERT_EQ(text, text_of(text.size()));
    ++times.at(text.size() - 60'000);
  }
  EXPECT_EQ(times, std::vector<int>(4, 10));
  for (ChildProcess& sender : senders) EXPECT_EQ(sender.wait().exit_code, 0);
}

// Signals all the time, with a handler that does not restart system calls.
TEST(Pipe, IsNotDisturbedBySignals) {
  auto [first, second] = Pipe<std::string>();
  ChildProcess child([&second = second, &first = first] {
    first.close();
    struct sigaction action {};
    action.sa_handler = [](int) {};
    sigaction(SIGALRM, &action, nullptr);
    const itimerval often{{0, 200}, {0, 200}};
    setitimer(ITIMER_REAL, &often, nullptr);
    for (int times = 0; times != 5; ++times) second.send(second.recv());
    while (!second.poll(10s * patience)) continue;
    const itimerval never{};
    setitimer(ITIMER_REAL, &never, nullptr);
  });
  second.close();
  for (int times = 0; times != 5; ++times) {
    usleep(5'000);  // it waits meanwhile
    first.send(text_of(1'000'000));
    usleep(5'000);
    ASSERT_EQ(first.recv(), text_of(1'000'000));
  }
  first.close();
  EXPECT_EQ(child.wait().exit_code, 0);
}

}  // namespace
}  // namespace multiprocessing::tests::pipe_test
