// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <iostream>
#include <numeric>
#include <thread>
#include <vector>

#include "ipc/small_queue.hpp"
#include "pool/traced_worker.hpp"
#include "support/deadline.hpp"
#include "support/settings.hpp"
#include "support/shared.hpp"

namespace multiprocessing::tests::queue_steps_test {
namespace {

using namespace std::chrono_literals;

enum class Does { put, get };
enum class Partner { none, getter, putter };

// What a process does that is killed, and what another thread does with the queue meanwhile.
struct Path {
  const char* name;
  std::vector<std::size_t> before;  // sizes of messages that are there
  Does does;
  std::size_t size;  // of the message that it puts
  Partner partner;
  std::vector<std::size_t> partner_puts;
  std::size_t taken = 0;  // of those before
  int kept_segments = small_segments.kept_segments;
};
const std::vector<Path> paths{
    {"PutsIntoAQueueThatHoldsOne", {10}, Does::put, 20, Partner::none, {}},
    {"PutsWhatSomebodyWaitsFor", {}, Does::put, 20, Partner::getter, {}},
    {"PutsIntoAnotherSegment", {200}, Does::put, 100, Partner::none, {}},
    {"PutsWhereAllIsTaken", {200, 100}, Does::put, 200, Partner::none, {}, 1},
    {"PutsWhatItMapsASegmentFor", {10}, Does::put, 3'000, Partner::getter, {}},
    {"PutsMoreThanASegmentHolds", {}, Does::put, 5'000, Partner::getter, {}},
    {"GetsOneOfTwo", {10, 20}, Does::get, 0, Partner::none, {}},
    {"GetsWhereALapEnds", {200, 100, 20}, Does::get, 0, Partner::none, {}, 1},
    {"GetsTheOnlyOneAndGivesItsMemoryBack", {3'000}, Does::get, 0, Partner::none, {}, 0, 5},
    {"GetsAndSoMakesRoom", {2'000, 4'000}, Does::get, 0, Partner::putter, {2'001}},
    {"GetsWhatItMapsASegmentFor", {}, Does::get, 0, Partner::putter, {3'000}},
    {"GetsMoreThanASegmentHolds", {}, Does::get, 0, Partner::putter, {5'000}},
};

struct Progress {
  std::atomic<bool> is_ready = false;
  std::atomic<bool> may_go = false;
  std::atomic<bool> is_done = false;
  std::atomic<std::size_t> got = 0;
};

class QueueSteps : public ::testing::TestWithParam<std::size_t> {
 protected:
  // How many steps it took, at most `limit`: then it is killed, in any case. -1: it cannot be traced.
  long kill_after(long limit) {
    const Shared<Progress> progress;
    detail::QueueSettings settings = small_segments;
    settings.kept_segments = path_.kept_segments;
    SmallQueue queue(settings);
    for (const std::size_t size : path_.before) queue.put(text_of(size));
    for (std::size_t message = 0; message != path_.taken; ++message) queue.get();
    const pid_t pid = fork();
    if (pid == 0) run(queue, *progress);
    while (!progress->is_ready) std::this_thread::yield();
    const TracedWorker worker(pid);
    if (!worker.is_traced()) return kill(pid, SIGKILL), waitpid(pid, nullptr, 0), -1;
    std::vector<std::size_t> got;
    std::thread partner([&] { be_partner(queue, got); });
    progress->may_go = true;
    long steps = 0;
    while (steps != limit && worker.step([&] { return progress->is_done.load(); })) ++steps;
    worker.kill();
    check(queue, *progress, partner, got, steps);
    return steps;
  }

 private:
  [[noreturn]] void run(SmallQueue& queue, Progress& progress) {
    SmallQueue other;  // so that all is linked
    other.put(text_of(10));
    other.get();
    const std::string text = text_of(path_.size);
    progress.is_ready = true;
    while (!progress.may_go) continue;
    if (path_.does == Does::put) queue.put(text);
    if (path_.does == Does::get) progress.got = queue.get().size();
    progress.is_done = true;
    while (true) pause();
  }
  void be_partner(SmallQueue& queue, std::vector<std::size_t>& got) {
    if (path_.partner == Partner::getter) collect(queue, got);
    for (const std::size_t size : path_.partner_puts) queue.put(text_of(size));
  }
  static void collect(SmallQueue& queue, std::vector<std::size_t>& got) {
    while (true) {
      const std::string text = queue.get();
      if (text == "end") return;
      ASSERT_EQ(text, text_of(text.size()));
      got.push_back(text.size());
    }
  }
  void check(SmallQueue& queue, const Progress& progress, std::thread& partner, std::vector<std::size_t>& got,
             long steps) {
    // Nobody sleeps who has something to do: a message that is there, or room.
    if (path_.partner == Partner::getter) {
      EXPECT_TRUE(eventually([&] { return queue.core.qsize() == 0; })) << "after step " << steps;
    } else if (!path_.before.empty() && path_.partner == Partner::putter) {
      EXPECT_TRUE(eventually([&] { return queue.core.qsize() == 2; })) << "after step " << steps;
    }
    queue_end(queue, partner, got);
    std::vector<std::size_t> all(path_.before.begin() + static_cast<std::ptrdiff_t>(path_.taken), path_.before.end());
    if (path_.does == Does::put) all.push_back(path_.size);
    all.insert(all.end(), path_.partner_puts.begin(), path_.partner_puts.end());
    std::vector<std::size_t> without = all;
    without.erase(path_.does == Does::put ? without.end() - 1 : without.begin());
    if (progress.is_done) {
      ASSERT_EQ(got, path_.does == Does::put ? all : without) << "after step " << steps;
      ASSERT_TRUE(path_.does == Does::put || progress.got == all[0]) << "after step " << steps;
    } else {
      ASSERT_TRUE(got == all || got == without) << "after step " << steps << ": " << got.size() << " messages";
    }
    (got == all ? kept_ : gone_) += 1;
  }
  void queue_end(SmallQueue& queue, std::thread& partner, std::vector<std::size_t>& got) {
    if (path_.partner == Partner::getter) {
      queue.put("end");
      partner.join();
      return;
    }
    std::thread putter([&] {
      if (partner.joinable()) partner.join();
      queue.put("end");
    });
    collect(queue, got);
    putter.join();
  }

 protected:
  const Path& path_ = paths[GetParam()];
  int kept_ = 0;
  int gone_ = 0;
};

// After every one, or after 3,000 that are spread evenly, in an order that is spread, too: time may run out.
TEST_P(QueueSteps, MayBeAProcessesLast) {
  const std::chrono::seconds limit(setting("MULTIPROCESSING_STEP_SECONDS", 4));
  set_deadline(limit + 120s * patience);
  const long all = kill_after(10'000'000);
  if (all < 0) GTEST_SKIP() << "this process may not trace others";
  const long points = std::min(all, 3'000L);
  long stride = std::max(1L, static_cast<long>(0.6180339887498949 * static_cast<double>(points)));
  while (std::gcd(stride, points) != 1) ++stride;
  const auto end = std::chrono::steady_clock::now() + limit;
  long kills = 0;
  for (; kills != points && !HasFailure(); ++kills) {
    if (kills != 0 && std::chrono::steady_clock::now() > end) break;
    kill_after(kills * stride % points * all / points);
  }
  std::cout << path_.name << ": " << kills << " kill points in a path of " << all << " instructions; the message was "
            << "there after " << kept_ << ", and was not after " << gone_ << "\n";
  EXPECT_TRUE(patience > 1 || kills < 50 || (kept_ > 0 && gone_ > 0));
}

INSTANTIATE_TEST_SUITE_P(Of, QueueSteps, ::testing::Range(std::size_t{0}, paths.size()),
                         [](const auto& parameter) { return paths[parameter.param].name; });

}  // namespace
}  // namespace multiprocessing::tests::queue_steps_test
