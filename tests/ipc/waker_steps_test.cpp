// SPDX-License-Identifier: MIT
#include <multiprocessing/barrier.hpp>
#include <multiprocessing/condition.hpp>
#include <multiprocessing/event.hpp>
#include <multiprocessing/semaphore.hpp>

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <iostream>
#include <mutex>
#include <numeric>
#include <thread>

#include "pool/traced_worker.hpp"
#include "support/deadline.hpp"
#include "support/settings.hpp"
#include "support/shared.hpp"

namespace multiprocessing::tests::waker_steps_test {
namespace {

using namespace std::chrono_literals;

struct Things {
  multiprocessing::Event event;
  Semaphore semaphore{0};
  Lock lock;
  Condition condition;
  Barrier barrier{2};
  Shared<std::atomic<bool>> flag;
};

// What a process does that is killed, for what a thread here waits, until when it may, and how it is helped then.
struct Path {
  const char* name;
  std::function<void(Things&)> does;
  std::function<void(Things&)> waits;
  std::function<bool(Things&)> may_still_wait;
  std::function<void(Things&)> helps;
};
const std::vector<Path> paths{
    {"SetsAnEvent", [](Things& things) { things.event.set(); }, [](Things& things) { things.event.wait(); },
     [](Things& things) { return !things.event.is_set(); }, [](Things& things) { things.event.set(); }},
    {"ReleasesASemaphore", [](Things& things) { things.semaphore.release(); },
     [](Things& things) { things.semaphore.acquire(); },
     [](Things& things) { return things.semaphore.get_value() == 0; },
     [](Things& things) { things.semaphore.release(); }},
    {"AcquiresAndReleasesALock",
     [](Things& things) {
       things.lock.acquire();
       things.lock.release();
     },
     [](Things& things) {
       things.lock.acquire();
       things.lock.release();
     },
     [](Things&) { return false; }, [](Things&) {}},
    {"NotifiesACondition",
     [](Things& things) {
       const std::scoped_lock hold(things.condition);
       *things.flag = true;
       things.condition.notify();
     },
     [](Things& things) {
       const std::scoped_lock hold(things.condition);
       things.condition.wait_for([&] { return things.flag->load(); });
     },
     // Killed between the change and the notification it has changed something that nobody was told of.
     [](Things&) { return true; },
     [](Things& things) {
       const std::scoped_lock hold(things.condition);
       *things.flag = true;
       things.condition.notify();
     }},
    {"ComesLastToABarrier", [](Things& things) { things.barrier.wait(); },
     [](Things& things) {
       try {
         things.barrier.wait();
       } catch (const BrokenBarrierError&) {
         *things.flag = true;
       }
     },
     [](Things& things) { return things.barrier.n_waiting() == 1; }, [](Things& things) { things.barrier.abort(); }},
};

struct Progress {
  std::atomic<bool> is_ready = false;
  std::atomic<bool> may_go = false;
  std::atomic<bool> is_done = false;
};

class WakerSteps : public ::testing::TestWithParam<std::size_t> {
 protected:
  // How many steps it took, at most `limit`: then it is killed, in any case. -1: it cannot be traced.
  long kill_after(long limit) {
    const Shared<Progress> progress;
    Things things;
    const pid_t pid = fork();
    if (pid == 0) {
      progress->is_ready = true;
      while (!progress->may_go) continue;
      path_.does(things);
      progress->is_done = true;
      while (true) pause();
    }
    while (!progress->is_ready) std::this_thread::yield();
    const TracedWorker worker(pid);
    if (!worker.is_traced()) return kill(pid, SIGKILL), waitpid(pid, nullptr, 0), -1;
    std::atomic<bool> goes_on = false;
    std::thread waiting([&] {
      path_.waits(things);
      goes_on = true;
    });
    progress->may_go = true;
    long steps = 0;
    while (steps != limit && worker.step([&] { return progress->is_done.load(); })) ++steps;
    worker.kill();
    EXPECT_TRUE(eventually([&] { return goes_on || path_.may_still_wait(things); })) << "after step " << steps;
    (goes_on ? woken_ : asleep_) += 1;
    path_.helps(things);
    EXPECT_TRUE(eventually([&] { return goes_on.load(); })) << "after step " << steps;
    waiting.join();
    return steps;
  }

  const Path& path_ = paths[GetParam()];
  int woken_ = 0;
  int asleep_ = 0;
};

// After every one, or after 2,000 that are spread evenly, in an order that is spread, too: time may run out.
TEST_P(WakerSteps, MayBeAProcessesLast) {
  const std::chrono::seconds limit(setting("MULTIPROCESSING_STEP_SECONDS", 3));
  set_deadline(limit + 120s * patience);
  const long all = kill_after(10'000'000);
  if (all < 0) GTEST_SKIP() << "this process may not trace others";
  const long points = std::min(all, 2'000L);
  long stride = std::max(1L, static_cast<long>(0.6180339887498949 * static_cast<double>(points)));
  while (std::gcd(stride, points) != 1) ++stride;
  const auto end = std::chrono::steady_clock::now() + limit;
  long kills = 0;
  for (; kills != points && !HasFailure(); ++kills) {
    if (kills != 0 && std::chrono::steady_clock::now() > end) break;
    kill_after(kills * stride % points * all / points);
  }
  std::cout << path_.name << ": " << kills << " kill points in a path of " << all
            << " instructions; who waited went on "
            << "after " << woken_ << ", and waited for help after " << asleep_ << "\n";
}

INSTANTIATE_TEST_SUITE_P(Of, WakerSteps, ::testing::Range(std::size_t{0}, paths.size()),
                         [](const auto& parameter) { return paths[parameter.param].name; });

}  // namespace
}  // namespace multiprocessing::tests::waker_steps_test
