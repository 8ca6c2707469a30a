// SPDX-License-Identifier: MIT
#include <multiprocessing/multiprocessing.hpp>

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <barrier>
#include <chrono>
#include <cstdio>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "support/deadline.hpp"
#include "support/shared.hpp"
#include "support/soak_setting.hpp"

namespace multiprocessing::tests::meeting_soak_test {
namespace {

using namespace std::chrono_literals;
using SteadyClock = std::chrono::steady_clock;

// As many items as there are workers meet: none goes on before all of them run.
struct MeetingPlace {
  std::atomic<int> expected;
  std::atomic<int> present;
  Event all_are_there;
};
MeetingPlace* place = nullptr;

void meet() {
  const int expected = place->expected;
  if (++place->present != expected) return place->all_are_there.wait();
  place->present = 0;
  for (int others = 1; others != expected; ++others) place->all_are_there.happen();
}

// Each kind of work for short items and for those that meet: what the pool knows of durations, it knows by function.
int work_on_number(int meets) {
  if (meets != 0) meet();
  return meets;
}
struct Message {
  bool meets = false;
  std::string text;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(meets, text);
  }
};
Message work_on_message(Message message) {
  if (message.meets) meet();
  return message;
}

class Visitor {
 public:
  Visitor(Pool& pool, std::uint64_t seed, std::uint64_t index) : pool_(pool), random_(seed, index) {}
  std::atomic<SteadyClock::time_point> since = SteadyClock::now();
  std::atomic<const char*> call = "none";

  void visit() {
    since = SteadyClock::now();
    const auto short_calls = random_() % 6;
    for (std::uint64_t made = 0; made != short_calls; ++made) make_a_call(false);
    make_a_call(true);
    if (random_() % 8 == 0) std::this_thread::sleep_for(std::chrono::microseconds(random_() % 1000));  // all idle
  }

 private:
  void make_a_call(bool meets) {
    if (random_() % 2 == 0) return make_a_call_of(work_on_number, meets ? 1 : 0, meets);
    constexpr std::array<std::size_t, 4> sizes{1, 1000, 100'000, 1'500'000};
    make_a_call_of(work_on_message, Message{meets, std::string(random_() % sizes[random_() % 4], 'm')}, meets);
  }
  template <class F, class Item>
  void make_a_call_of(F f, const Item& item, bool meets) {
    const std::vector<Item> items(meets ? 1 : random_() % 20, item);
    const auto kind = random_() % 5;
    if (kind == 0) {
      call = "apply";
      pool_.apply(f, item);
    } else if (kind == 1) {
      call = "map";
      pool_.map(f, items, static_cast<long>(random_() % 30 + 1));
    } else if (kind == 2) {
      call = "imap";
      for (const Item& answer : pool_.imap(f, items, 1, static_cast<long>(random_() % 30 + 1))) (void)answer;
    } else if (kind == 3) {
      call = "apply_async, called back";
      std::atomic<bool> called_back = false;
      auto result = pool_.apply_async(f, item).callback([&](const Item&) {
        called_back = true;
        called_back.notify_one();
      });
      called_back.wait(false);  // so nobody but the background thread looks
      result.get();
    } else {
      call = "apply_async";
      auto result = pool_.apply_async(f, item);
      while (random_() % 2 == 0 && !result.wait(std::chrono::microseconds(random_() % 100))) continue;
      result.get();
    }
  }

  Pool& pool_;
  RandomStream random_;
};

void run_one_pool(std::uint64_t seed, SteadyClock::time_point end, std::size_t& meetings) {
  set_deadline(longest_call * 4);
  const Shared<MeetingPlace> shared;
  place = shared.get();
  const int workers = static_cast<int>(RandomStream(seed, 0)() % 4 + 2);
  place->expected = workers;
  Pool pool(workers);
  std::atomic<int> left = 200;  // rounds
  std::vector<std::unique_ptr<Visitor>> visitors;
  std::vector<std::thread> threads;
  for (int index = 0; index != workers; ++index) {
    visitors.push_back(std::make_unique<Visitor>(pool, seed, static_cast<std::uint64_t>(index) + 1));
  }
  std::atomic<int> gone = 0;
  std::barrier round(workers, [&]() noexcept {
    left = SteadyClock::now() < end ? left - 1 : 0;
    ++meetings;
  });
  for (const auto& visitor : visitors) {
    threads.emplace_back([&, visitor = visitor.get()] {
      while (left > 0) {
        visitor->visit();
        round.arrive_and_wait();
      }
      ++gone;
    });
  }
  const auto all_have_gone = [&] { return gone == workers; };
  while (!eventually(all_have_gone, 100ms)) {
    for (const auto& visitor : visitors) {
      if (gone == 0 && SteadyClock::now() - visitor->since.load() > longest_call) {
        hangs(seed, visitor->call);
        visitor->since = SteadyClock::now();
      }
    }
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(Soak, ItemsThatWaitForEachOtherAllRun) {
  const auto end = SteadyClock::now() + soak_duration();
  const std::uint64_t first = first_seed();
  std::size_t meetings = 0;
  std::uint64_t seed = first;
  for (; SteadyClock::now() < end && !HasFailure(); ++seed) run_one_pool(seed, end, meetings);
  std::printf("seeds %llu to %llu: %zu meetings\n", static_cast<unsigned long long>(first),
              static_cast<unsigned long long>(seed - 1), meetings);
}

}  // namespace
}  // namespace multiprocessing::tests::meeting_soak_test
