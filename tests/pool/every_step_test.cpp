// SPDX-License-Identifier: MIT
#include <multiprocessing/as_completed.hpp>
#include <multiprocessing/delayed.hpp>
#include <multiprocessing/detail/byte_pool.hpp>
#include <multiprocessing/errors.hpp>
#include <multiprocessing/shared_memory.hpp>

#include "pool/parent/worker_group.hpp"
#include "pool/traced_worker.hpp"
#include "support/deadline.hpp"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <iostream>
#include <new>
#include <numeric>

namespace multiprocessing::tests::every_step_test {
namespace {

using namespace std::chrono_literals;

using Runs = std::array<std::atomic<int>, 8>;
constexpr const char* name_of_runs = "MULTIPROCESSING_TEST_RUNS";
// A worker that is forked inherits it; one that is spawned finds it by its name.
Runs* runs = [] {
  const char* const name = std::getenv(name_of_runs);
  static const SharedMemory memory = name == nullptr ? SharedMemory() : SharedMemory(name);
  return reinterpret_cast<Runs*>(memory.buf().data());
}();

class OnePagePool : public detail::BytePool<OnePagePool> {
 public:
  explicit OnePagePool(StartMethod method)
      : BytePool(std::make_shared<detail::WorkerGroup>(PoolOptions{.processes = 1, .start_method = method},
                                                       detail::WorkerGroupSettings{.ring_bytes = 4096, .spin = 0ns})) {}
};

long count_number(long item) {
  ++(*runs)[static_cast<std::size_t>(item)];
  return -item;
}
// The length of the text is the item's number; or, of one that is larger than a ring, 1.
std::string count_text(const std::string& text) {
  ++(*runs)[text.size() < runs->size() ? text.size() : 1];
  return text + "!";
}

SharedMemory count_name(long item) {
  ++(*runs)[static_cast<std::size_t>(item)];
  SharedMemory memory({}, true, 1);
  memory.buf()[0] = static_cast<std::byte>(item);
  return memory;
}

// Whether an item's answer was the right one; its error, if it had one.
struct Ended {
  bool is_right;
  std::exception_ptr error;
};
template <class R>
Ended ended(const Outcome<R>& outcome, const R& expected) {
  return {outcome && outcome.value() == expected, outcome.error()};
}
template <class R, class Expected>
std::vector<Ended> ended(const std::vector<Outcome<R>>& outcomes, Expected expected) {
  std::vector<Ended> result;
  for (const auto& outcome : outcomes) result.push_back(ended<R>(outcome, expected(outcome.index())));
  return result;
}

struct Path {
  const char* name;
  std::size_t items;
  std::function<std::vector<Ended>(OnePagePool&)> run;
  StartMethod method = StartMethod::forkserver;
};
const std::string large(4'500, 'x');
std::string text_of(std::size_t item) { return std::string(item, 'x'); }
const std::vector<Path> paths{
    {"AChunkOfNumbers", 4,
     [](OnePagePool& pool) {
       return ended(pool.try_map(count_number, {0L, 1L, 2L, 3L}, 4),
                    [](auto item) { return -static_cast<long>(item); });
     }},
    {"AChunkOfNumbersInAWorkerThatIsSpawned", 4,
     [](OnePagePool& pool) {
       return ended(pool.try_map(count_number, {0L, 1L, 2L, 3L}, 4),
                    [](auto item) { return -static_cast<long>(item); });
     },
     StartMethod::spawn},
    {"AChunkOfTexts", 3,
     [](OnePagePool& pool) {
       return ended(pool.try_map(count_text, {text_of(0), text_of(1), text_of(2)}, 3),
                    [](auto item) { return text_of(item) + "!"; });
     }},
    {"TimedTexts", 2,
     [](OnePagePool& pool) {
       return ended(pool.with({.timeout = 1h}).try_map(count_text, {text_of(0), text_of(1)}, 2),
                    [](auto item) { return text_of(item) + "!"; });
     }},
    {"AsynchronousCalls", 3,
     [](OnePagePool& pool) {
       std::vector<AsyncResult<long>> results;
       for (long item = 0; item != 3; ++item) results.push_back(pool.apply_async(count_number, item));
       std::vector<Ended> result;
       for (std::size_t item = 0; item != 3; ++item) {
         try {
           result.push_back({results[item].get() == -static_cast<long>(item), nullptr});
         } catch (...) {
           result.push_back({false, std::current_exception()});
         }
       }
       return result;
     }},
    {"ResultsAsTheyEnd", 3,
     [](OnePagePool& pool) {
       AsCompleted<long> results;
       for (long item = 0; item != 3; ++item) results.add(pool.apply_async(count_number, item));
       std::vector<Ended> result(3);
       while (results.size() != 0) {
         const Outcome<long> outcome = results.next();
         result[outcome.index()] = ended(outcome, -static_cast<long>(outcome.index()));
       }
       return result;
     }},
    {"DelayedCalls", 3,
     [](OnePagePool& pool) {
       return ended(try_compute(pool.delayed(count_number).map({0L, 1L, 2L})),
                    [](auto item) { return -static_cast<long>(item); });
     }},
    // That no name is left is checked at the end of the test.
    {"NamesOfSharedMemory", 2,
     [](OnePagePool& pool) {
       std::vector<Ended> result;
       for (auto& outcome : pool.try_map(count_name, {0L, 1L}, 2)) {
         result.push_back({!outcome.error(), outcome.error()});
         if (!outcome) continue;
         result.back().is_right =
             SharedMemory(outcome.value().name()).buf()[0] == static_cast<std::byte>(outcome.index());
         outcome.value().unlink();
       }
       return result;
     }},
    {"MessagesLargerThanTheRing", 2,
     [](OnePagePool& pool) {
       return ended(pool.try_map(count_text, {text_of(0), large}),
                    [](auto item) { return (item == 0 ? "" : large) + "!"; });
     }},
};

// MULTIPROCESSING_STEP_SECONDS: how long each path may take; a few by default.
std::chrono::seconds time_limit() {
  const char* const given = std::getenv("MULTIPROCESSING_STEP_SECONDS");
  return given == nullptr ? 6s : std::chrono::seconds(std::atoi(given));
}

class EveryStep : public ::testing::TestWithParam<std::size_t> {
 protected:
  // The worker is started when it can know where to count.
  EveryStep()
      : pool_((runs = new (runs_.buf().data()) Runs{}, setenv(name_of_runs, runs_.name().c_str(), 1), path_.method)) {}
  ~EveryStep() override {
    unsetenv(name_of_runs);
    runs_.unlink();
  }

  // How many steps the path took, at most `limit`: then its worker is killed, in any case. -1: workers can't be traced.
  long kill_after(long limit) {
    path_.run(pool_);  // the worker is up, has linked what it needs, and its death will not be one for nothing
    for (auto& count : *runs) count = 0;
    const TracedWorker worker(pool_.worker_pids().at(0));
    if (!worker.is_traced()) return -1;
    std::vector<Ended> all;
    std::atomic<bool> is_done = false;
    std::thread caller([&] {
      all = path_.run(pool_);
      is_done = true;
    });
    long steps = 0;
    while (steps != limit && worker.step([&] { return is_done.load(); })) ++steps;
    worker.kill();
    caller.join();
    check(all, steps);
    return steps;
  }
  void check(const std::vector<Ended>& all, long steps) {
    ASSERT_EQ(all.size(), path_.items);
    int lost = 0;
    for (std::size_t item = 0; item != all.size(); ++item) {
      if (!all[item].error) {
        ASSERT_TRUE(all[item].is_right) << "item " << item << " after step " << steps;
        ASSERT_EQ((*runs)[item], 1) << "item " << item << " after step " << steps;
        continue;
      }
      ASSERT_LE((*runs)[item], 1) << "item " << item << " after step " << steps;
      try {
        std::rethrow_exception(all[item].error);
      } catch (const WorkerLost& error) {
        ASSERT_EQ(error.signal(), SIGKILL) << error.what();
      }
      ++lost;
    }
    ASSERT_LE(lost, 1) << "after step " << steps;
    losses_ += lost;
  }

  const Path& path_ = paths[GetParam()];
  const SharedMemory runs_{{}, true, sizeof(Runs)};
  OnePagePool pool_;
  int losses_ = 0;
};

// After every one, or after 5,000 that are spread evenly. In an order that is spread, too: time may run out.
TEST_P(EveryStep, OfAWorkerMayBeItsLast) {
  set_deadline(time_limit() + 120s * patience);
  const long all = kill_after(10'000'000);
  if (all < 0) GTEST_SKIP() << "this process may not trace its workers";
  const long points = std::min(all, 5'000L);
  long stride = std::max(1L, static_cast<long>(0.6180339887498949 * static_cast<double>(points)));
  while (std::gcd(stride, points) != 1) ++stride;

  const auto end = std::chrono::steady_clock::now() + time_limit();
  long kills = 0;
  for (; kills != points && !HasFatalFailure(); ++kills) {
    if (kills != 0 && std::chrono::steady_clock::now() > end) break;
    kill_after(kills * stride % points * all / points);
  }
  std::cout << path_.name << ": " << kills << " kill points in a path of " << all << " instructions; " << losses_
            << " items were lost, and no other\n";
  // Instrumented code has a hundred times the steps: one kill may be all there was time for.
  EXPECT_TRUE(patience > 1 || kills < 50 || losses_ > 0);
}

INSTANTIATE_TEST_SUITE_P(Of, EveryStep, ::testing::Range(std::size_t{0}, paths.size()),
                         [](const auto& parameter) { return paths[parameter.param].name; });

}  // namespace
}  // namespace multiprocessing::tests::every_step_test
