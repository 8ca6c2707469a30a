// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdint>
#include <vector>

#include "pool/parent/trace.hpp"
#include "support/read_trace.hpp"
#include "support/temporary_folder.hpp"

namespace multiprocessing::tests::trace_rows_test {
namespace {

using detail::Clock;

std::uint64_t nanoseconds_now() {
  return static_cast<std::uint64_t>(std::chrono::nanoseconds(Clock::now().time_since_epoch()).count());
}

// As viewers have them: cut, not rounded.
std::int64_t nanoseconds(double microseconds) { return static_cast<std::int64_t>(microseconds * 1000); }

class TraceRows : public testing::Test {
 protected:
  std::vector<TraceLine> finished(const std::string& category) {
    trace_.finish();
    return of_category(read_trace(path_), category);
  }

  const TemporaryFolder folder_;
  const std::filesystem::path path_ = folder_ / "trace.json";
  detail::Trace trace_{path_, 1};
  const std::uint64_t begin_ = nanoseconds_now();
};

TEST_F(TraceRows, ItemsThatFollowAtOnceDoNotOverlapInAViewer) {
  std::uint64_t end = begin_;
  while (nanoseconds_now() < begin_ + 3'000'000) {
  }
  for (std::uint64_t item = 0; item != 1000; ++item) {
    const std::uint64_t begin = end;
    end = begin + 1 + item * 7919 % 2000;
    trace_.item_ran(0, {1, item, 4711}, {0, 0, begin, begin, end, end}, false);
  }
  const std::vector<TraceLine> items = finished("item");
  ASSERT_EQ(items.size(), 1000U);
  for (std::size_t item = 1; item != items.size(); ++item) {
    const TraceLine& before = items[item - 1];
    const std::int64_t ended = nanoseconds(before.begin()) + nanoseconds(std::stod(before.field("dur")));
    EXPECT_LE(ended, nanoseconds(items[item].begin())) << before.text << "\n" << items[item].text;
  }
}

// Its times would have come with its answer.
TEST_F(TraceRows, BeforeAnItemThatIsLostItsWorkerWaited) {
  trace_.worker_started(0, 4711, Clock::now());
  ::usleep(2000);
  trace_.item_lost(0, {1, 0, 4711}, nanoseconds_now(), "with its worker");
  const std::vector<TraceLine> waits = finished("waiting");
  ASSERT_EQ(waits.size(), 1U);
  EXPECT_GE(std::stod(waits[0].field("dur")), 1500);
}

}  // namespace
}  // namespace multiprocessing::tests::trace_rows_test
