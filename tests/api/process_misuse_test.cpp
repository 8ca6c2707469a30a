// SPDX-License-Identifier: MIT
#include <multiprocessing/process.hpp>

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <functional>
#include <new>
#include <stdexcept>
#include <string>
#include <utility>

#include "support/child_process.hpp"

namespace multiprocessing::tests::process_misuse_test {
namespace {

// The text of the std::logic_error that the call throws.
std::string refusal(const std::function<void()>& call) {
  try {
    call();
  } catch (const std::logic_error& error) {
    return error.what();
  }
  return "no error";
}

TEST(MisuseOfProcess, BeforeStartIsRefusedWhereAChildIsNeeded) {
  Process process([] {});
  process.set_name("early");

  for (const auto& call : {std::function<void()>([&] { process.join(); }),
                           {[&] { process.sentinel(); }},
                           {[&] { process.terminate(); }},
                           {[&] { process.kill(); }}}) {
    EXPECT_EQ(refusal(call), "process 'early' has not been started");
  }
}

TEST(MisuseOfProcess, ToStartTwiceIsRefusedAlsoAfterItsEnd) {
  Process process([] {});
  process.start();
  const std::string text = "process '" + process.name() + "' has been started already (pid " +
                           std::to_string(process.pid()) + "): a Process starts once";

  EXPECT_EQ(refusal([&] { process.start(); }), text);
  process.join();
  EXPECT_EQ(refusal([&] { process.start(); }), text);
}

TEST(MisuseOfProcess, DaemonIsChosenBeforeStart) {
  Process process([] {});
  process.start();

  EXPECT_NE(refusal([&] { process.set_daemon(true); }).find("has been started already"), std::string::npos);
  EXPECT_FALSE(process.daemon());
}

TEST(MisuseOfProcess, ToCloseOneThatRunsIsRefusedAndItRunsOn) {
  Process process([] { pause(); });
  process.set_name("busy");
  process.start();

  EXPECT_EQ(refusal([&] { process.close(); }),
            "process 'busy' still runs and cannot be closed: join() or terminate() it first");
  EXPECT_TRUE(process.is_alive());
  process.kill();
}

TEST(MisuseOfProcess, AfterCloseNothingIsLeftButItsNameAndDaemon) {
  Process process([] {});
  process.set_name("gone");
  process.start();
  process.join();
  process.close();

  for (const auto& call : {std::function<void()>([&] { process.start(); }),
                           {[&] { process.join(); }},
                           {[&] { process.is_alive(); }},
                           {[&] { process.exitcode(); }},
                           {[&] { process.pid(); }},
                           {[&] { process.sentinel(); }},
                           {[&] { process.terminate(); }},
                           {[&] { process.kill(); }},
                           {[&] { process.set_daemon(true); }}}) {
    EXPECT_EQ(refusal(call), "process 'gone' is closed");
  }
  EXPECT_EQ(process.name(), "gone");
  EXPECT_FALSE(process.daemon());
}

TEST(MisuseOfProcess, AfterAMoveIsRefused) {
  Process process([] {});
  const Process moved(std::move(process));

  EXPECT_EQ(refusal([&] { process.start(); }), "this Process has been moved from");
}

void expect_all_refused(Process& process, pid_t owner) {
  const std::string text = "process '" + process.name() + "' belongs to the process with pid " + std::to_string(owner) +
                           ": it cannot be used in another one (here " + std::to_string(getpid()) + ")";
  for (const auto& call : {std::function<void()>([&] { process.start(); }),
                           {[&] { process.join(); }},
                           {[&] { process.is_alive(); }},
                           {[&] { process.exitcode(); }},
                           {[&] { process.sentinel(); }},
                           {[&] { process.terminate(); }},
                           {[&] { process.kill(); }},
                           {[&] { process.close(); }},
                           {[&] { process.set_daemon(true); }}}) {
    EXPECT_EQ(refusal(call), text);
  }
}

TEST(InheritedProcess, IsRefusedAndNamesItsOwner) {
  Process running([] { pause(); });
  Process unstarted([] {});
  running.start();
  const pid_t owner = getpid();

  const ChildResult child = run_in_child([&] {
    expect_all_refused(running, owner);
    expect_all_refused(unstarted, owner);
    EXPECT_NE(running.pid(), 0);
  });

  EXPECT_EQ(child.exit_code, 0) << child;
  EXPECT_TRUE(running.is_alive());
  running.kill();
}

TEST(InheritedProcess, IsRefusedInTheChildThatItStarted) {
  const pid_t owner = getpid();
  Process process([] {});
  process = Process([&] {
    expect_all_refused(process, owner);
    if (::testing::Test::HasFailure()) std::exit(98);
  });

  process.start();
  process.join();

  EXPECT_EQ(process.exitcode(), 0);
}

TEST(InheritedProcess, DestructorDoesNothing) {
  for (const bool is_daemon : {false, true}) {
    alignas(Process) unsigned char place[sizeof(Process)];
    auto* const process = new (place) Process([] { pause(); });
    process->set_daemon(is_daemon);
    process->start();
    const int sentinel = process->sentinel();

    const ChildResult child = run_in_child([&] {
      process->~Process();
      EXPECT_EQ(access(("/proc/self/fd/" + std::to_string(sentinel)).c_str(), F_OK), 0) << "it closed a descriptor";
    });

    EXPECT_EQ(child.exit_code, 0) << child;
    EXPECT_TRUE(process->is_alive());
    process->kill();
    process->~Process();
  }
}

}  // namespace
}  // namespace multiprocessing::tests::process_misuse_test
