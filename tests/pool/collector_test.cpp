// SPDX-License-Identifier: MIT
#include "pool/parent/collector.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <thread>

#include "support/deadline.hpp"

namespace multiprocessing::detail::collector_test {
namespace {

using namespace std::chrono_literals;

// Counts the looks; its deadlines are those of a group in which nothing waits.
class Nothing final : public Collected {
 public:
  int looks = 0;
  bool is_eager = false;

 private:
  void look() override { ++looks; }
  void arm(bool eager, For) override { is_eager = eager; }
  bool needs_attention() override { return false; }
  Deadline next_deadline(For) override { return never; }
  bool eager_in_background() override { return false; }
  void starter_lost() override {}
  bool has_work() const override { return true; }
  bool starter_is_whole() const override { return true; }
  void descriptors_closed() override {}
  void remember_news() override {}
  bool has_news() const override { return false; }
  bool works_on(std::uint32_t) const override { return false; }
};

class Never final : public Awaited {
 public:
  std::function<void()> asked = [] {};
  bool holds() const override { return asked(), false; }
};

// Both threads' time is up: the one that collects hands the role to the other, which leaves without a look.
TEST(Collector, WorkHandedInWhileTheRoleIsHandedOnIsLookedAt) {
  Nothing nothing;
  ParentSleepWord parent_sleep{};
  Collector collector(nothing, parent_sleep, 0ns);
  const auto has_looked = [&](int times) {
    const MutexLock lock(collector.mutex());
    return nothing.looks >= times;
  };
  {
    const MutexLock lock(collector.mutex());
    collector.start_background();
  }
  ASSERT_TRUE(tests::eventually([&] { return has_looked(1); }));
  const Deadline first_deadline = Clock::now() + 200ms * tests::patience;
  const Deadline second_deadline = first_deadline + 20ms;
  Never first;
  Never second;
  std::atomic<std::thread::id> second_thread;
  int looks_before = 0;

  first.asked = [&] {
    while (Clock::now() > first_deadline && Clock::now() <= second_deadline) std::this_thread::yield();
  };
  // Asked under the mutex, as if another thread had just held it.
  second.asked = [&]() MULTIPROCESSING_REQUIRES(collector.mutex()) {
    if (looks_before != 0 || Clock::now() <= second_deadline || second_thread.load() != std::this_thread::get_id())
      return;
    looks_before = nothing.looks;
    collector.changed();
  };

  std::thread one([&] { collector.wait(first, first_deadline); });
  ASSERT_TRUE(tests::eventually([&] { return has_looked(3); }));  // it has taken the role
  std::thread two([&] {
    second_thread = std::this_thread::get_id();
    collector.wait(second, second_deadline);
  });
  one.join();
  two.join();

  ASSERT_NE(looks_before, 0);
  EXPECT_TRUE(tests::eventually([&] { return has_looked(looks_before + 1); }));
  collector.stop_background();
}

TEST(Collector, ItsThreadWantsToHearOfEachAnswerWhileSomebodyWatches) {
  Nothing nothing;
  ParentSleepWord parent_sleep{};
  Collector collector(nothing, parent_sleep, 0ns);
  const auto is_eager_after_a_look = [&] {
    int looks = 0;
    {
      const MutexLock lock(collector.mutex());
      looks = nothing.looks;
      collector.changed();
    }
    EXPECT_TRUE(tests::eventually([&] {
      const MutexLock lock(collector.mutex());
      return nothing.looks > looks;
    }));
    const MutexLock lock(collector.mutex());
    return nothing.is_eager;
  };
  {
    const MutexLock lock(collector.mutex());
    collector.start_background();
  }
  EXPECT_FALSE(is_eager_after_a_look());

  collector.begin_watch();
  collector.begin_watch();
  EXPECT_TRUE(is_eager_after_a_look());
  collector.end_watch();
  EXPECT_TRUE(is_eager_after_a_look());
  collector.end_watch();
  EXPECT_FALSE(is_eager_after_a_look());

  collector.stop_background();
}

}  // namespace
}  // namespace multiprocessing::detail::collector_test
