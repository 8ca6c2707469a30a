// SPDX-License-Identifier: MIT
#include <multiprocessing/multiprocessing.hpp>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <string>
#include <thread>

#include "hosts/named_events.hpp"
#include "hosts/pool_on_hosts.hpp"
#include "os/stream_socket.hpp"
#include "support/child_process.hpp"
#include "support/deadline.hpp"
#include "support/processes.hpp"

// How a pool on several hosts begins and ends, and the program that is an agent.
namespace multiprocessing::tests::ends_of_hosts_test {
namespace {

using namespace std::chrono_literals;

int negative(int number) { return -number; }
void refuse_to_be_third() {
  if (worker_index().value() >= 2) throw std::runtime_error("two workers are enough");
}
void pass(const std::string& gate) { NamedGate::pass(gate); }

std::string error_of(const detail::HostPoolOptions& options, int hosts) {
  try {
    const PoolOnHosts pool(hosts, options);
  } catch (const BrokenPool& error) {
    return describe(std::make_exception_ptr(error));
  }
  return {};
}

TEST(EndsOfHosts, AnInitializerThatThrowsOnOneHostBreaksThePoolWhichNamesTheHost) {
  const std::string text = error_of({.processes = 2, .initializer = refuse_to_be_third}, 2);
  EXPECT_NE(text.find("two workers are enough"), std::string::npos) << text;
  EXPECT_NE(text.find("host2"), std::string::npos) << text;
  EXPECT_TRUE(children_of(getpid()).empty());
}

TEST(EndsOfHosts, AnInitializerThatTakesTooLongBreaksThePool) {
  const NamedGate gate;  // never opened
  const std::string text =
      error_of({.processes = 1, .initializer = partial(pass, gate.path()), .initializer_timeout = 100ms}, 2);
  EXPECT_NE(text.find("host"), std::string::npos) << text;
}

// Longer than the hosts may be silent: their agents answer meanwhile.
TEST(EndsOfHosts, AnInitializerMayTakeLongerThanTheHostTimeout) {
  const NamedEvents begun;
  NamedGate gate;
  const auto wait = [](const std::string& event, const std::string& name) {
    NamedEvents::happen(event);
    NamedGate::pass(name);
  };
  std::jthread opener([&] {
    begun.wait_for(2);
    std::this_thread::sleep_for(1500ms);  // three times the host timeout
    gate.open();
  });
  PoolOnHosts pool(
      2, {.processes = 1, .initializer = partial(wait, begun.path(), gate.path()), .host_timeout = 500ms * patience});
  EXPECT_EQ(pool.apply(negative, 1), -1);
}

TEST(EndsOfHosts, WhatIsHandedInBeforeTheCloseIsAnsweredAndFinalizersRun) {
  const NamedEvents ended;
  PoolOnHosts pool(2, {.processes = 2, .finalizer = partial(NamedEvents::happen, ended.path())});
  auto values = pool.map_async(negative, std::vector<int>(1000, 7));
  pool.close();
  EXPECT_THROW(pool.apply(negative, 1), std::logic_error);
  pool.join();
  EXPECT_EQ(values.get(), std::vector<int>(1000, -7));
  ended.wait_for(4);
}

TEST(EndsOfHosts, AJoinThatGivesUpMayBeCalledAgain) {
  const NamedEvents begun;
  NamedGate gate;
  const NamedEvents finalized;
  const auto finalize = [](const std::string& begin, const std::string& name, const std::string& end) {
    NamedEvents::happen(begin);
    NamedGate::pass(name);
    NamedEvents::happen(end);
  };
  PoolOnHosts pool(2, {.processes = 1, .finalizer = partial(finalize, begun.path(), gate.path(), finalized.path())});
  EXPECT_EQ(pool.apply(negative, 1), -1);
  pool.close();
  EXPECT_FALSE(pool.join(20ms)) << "the finalizers still run";
  begun.wait_for(2);
  EXPECT_FALSE(pool.join(20ms));
  gate.open();
  pool.join();
  finalized.wait_for(2);
}

TEST(EndsOfHosts, TerminateEndsAFinalizerThatAnotherThreadWaitsFor) {
  const NamedEvents begun;
  const NamedGate gate;  // never opened
  const auto finalize = [](const std::string& event, const std::string& name) {
    NamedEvents::happen(event);
    NamedGate::pass(name);
  };
  PoolOnHosts pool(2, {.processes = 1, .finalizer = partial(finalize, begun.path(), gate.path())});
  pool.close();
  const std::jthread joiner([&] { pool.join(); });
  begun.wait_for(2);
  pool.terminate();
}

TEST(EndsOfHosts, TerminateCancelsWhatRuns) {
  const NamedEvents begun;
  const NamedGate gate;  // never opened
  PoolOnHosts pool(2, {.processes = 2});
  const auto wait = [](const std::string& event, const std::string& name, int number) {
    NamedEvents::happen(event);
    NamedGate::pass(name);
    return number;
  };
  auto values = pool.map_async(partial(wait, begun.path(), gate.path()), std::vector<int>(20, 7), 1);
  begun.wait_for(4);
  pool.terminate();
  EXPECT_THROW(values.get(), CancelledError);
  pool.join();
  EXPECT_THROW(pool.apply(negative, 1), std::logic_error);
}

TEST(EndsOfHosts, APoolOnNoHostIsRefused) {
  set_deadline(10s * patience);
  EXPECT_THROW(detail::make_host_group({}, {.processes = 1}), std::invalid_argument);
}

TEST(EndsOfHosts, OptionsThatCannotBeAreRefusedAndNothingIsLeft) {
  EXPECT_THROW(PoolOnHosts(2, {.processes = 0}), std::invalid_argument);
  EXPECT_THROW(PoolOnHosts(2, {.processes = 1, .host_timeout = 0s}), std::invalid_argument);
}

// What this program says, and how it ends, when it is started as an agent on this standard input.
ChildResult started_as_agent(int standard_input, const char* argument) {
  return run_in_child([&] {
    ASSERT_GE(dup2(standard_input, STDIN_FILENO), 0);
    execl("/proc/self/exe", "tests_hosts", argument, nullptr);
  });
}

TEST(AgentByHand, SaysThatTheOptionIsForTheLibraryItself) {
  const int no_socket = ::open("/dev/null", O_RDWR | O_CLOEXEC);
  auto [here, there] = detail::stream_sockets();
  for (const auto& [fd, argument] : {std::pair(no_socket, "--multiprocessing-agent=0:x"),
                                     {no_socket, "--multiprocessing-agent="},
                                     {no_socket, "--multiprocessing-agent=99999999999999:x"},
                                     {there.get(), "--multiprocessing-agent=0"},
                                     {there.get(), "--multiprocessing-agent=-1:x"},
                                     {there.get(), "--multiprocessing-agent=777:x"}}) {
    const ChildResult agent = started_as_agent(fd, argument);
    EXPECT_EQ(agent.exit_code, 2) << argument << ": " << agent;
    EXPECT_EQ(agent.standard_error, std::string("multiprocessing: the option ") + argument +
                                        " is for the library itself, which starts agents by it\n");
    EXPECT_EQ(agent.standard_output, "");
  }
  close(no_socket);
}

TEST(AgentByHand, EndsWithTheOtherEndOfItsSocket) {
  auto [here, there] = detail::stream_sockets();
  here.reset();
  const ChildResult agent = started_as_agent(there.get(), "--multiprocessing-agent=0:x");
  EXPECT_EQ(agent.exit_code, 1) << agent;
}

}  // namespace
}  // namespace multiprocessing::tests::ends_of_hosts_test
