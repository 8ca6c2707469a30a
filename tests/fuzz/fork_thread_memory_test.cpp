// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <cstdint>
#include <optional>

#include "fuzz/allocation_meter.hpp"
#include "os/event_fd.hpp"
#include "process/direct_starter.hpp"
#include "support/child_process.hpp"
#include "support/deadline.hpp"

// Here, because here `new` can be refused.
namespace multiprocessing::tests::fork_thread_memory_test {
namespace {

using detail::WorkerReport;

WorkerReport next_report_of(detail::DirectStarter& starter) {
  std::optional<WorkerReport> report;
  EXPECT_TRUE(eventually([&] {
    report = starter.next_report();
    return report.has_value();
  }));
  return report.value();
}

TEST(StartMethodFork, ADeathWhileThereIsNoMemoryIsReportedOnceThereIs) {
  const ChildResult child = run_in_child([] {
    const detail::EventFd bell;
    detail::DirectStarter starter(2, [](int) { ::pause(); }, {bell.marked()});
    starter.order_fork(0);
    starter.order_fork(1);
    const pid_t pid = next_report_of(starter).pid;
    EXPECT_EQ(next_report_of(starter).kind, WorkerReport::Kind::started);

    const std::uint64_t before = allocated_bytes();
    limit_allocated_bytes(0);
    ::kill(pid, SIGKILL);
    // The thread has asked for memory, and was refused.
    const bool has_asked = eventually([&] { return allocated_bytes() != before; });
    limit_allocated_bytes(UINT64_MAX);

    EXPECT_TRUE(has_asked);
    const WorkerReport report = next_report_of(starter);
    EXPECT_EQ(report.kind, WorkerReport::Kind::ended);
    EXPECT_EQ(report.pid, pid);
  });
  EXPECT_EQ(child.exit_code, 0) << child;
}

}  // namespace
}  // namespace multiprocessing::tests::fork_thread_memory_test
