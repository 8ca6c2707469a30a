// SPDX-License-Identifier: MIT
#pragma once

#include "soak_items.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace multiprocessing::tests {

struct Balance {
  std::atomic<std::size_t> sent, finished, failed, lost, timed_out, cancelled, unseen;
};

// One thread's calls.
class Caller {
 public:
  Caller(Pool& pool, Balance& balance, std::atomic<Number>& numbers, std::uint64_t stream)
      : pool_(pool), balance_(balance), numbers_(numbers), random_(pool_seed, stream) {}

  std::atomic<const char*> call = "none";
  std::atomic<SteadyClock::time_point> since = SteadyClock::now();

  void run(const std::atomic<bool>& enough) {
    while (!enough && numbers_ < most_items) {
      since = SteadyClock::now();
      random_() % 2 == 0 ? make_a_call<Number>() : make_a_call<Message>();
      if (random_() % 4 == 0) std::this_thread::sleep_for(std::chrono::microseconds(random_() % 3000));  // all idle
    }
    call = "none";
  }

  // Hands in some more, ends the pool, and asks.
  void be_cancelled() {
    constexpr std::size_t count = 40;
    const Number first = numbers_.fetch_add(count);
    if (first + count > most_items) return;
    balance_.sent += count;
    std::vector<AsyncResult<Number>> results;
    for (Number number = first; number != first + count; ++number) {
      results.push_back(pool_.apply_async(plain_work<Number>, number));
    }
    pool_.terminate();
    for (std::size_t index = 0; index != count; ++index)
      judge<Number>(first + index, [&] { return results[index].get(); });
  }

 private:
  template <class Item>
  void make_a_call() {
    if (random_() % 3 == 0) {
      make_a_call_of<Item>(partial(work_with_state<Item>, std::string(random_() % 100'000, 'f')));
    } else {
      make_a_call_of<Item>(plain_work<Item>);
    }
  }

  template <class Item, class F>
  void make_a_call_of(F f) {
    const auto kind = random_() % 12;
    const std::size_t count = kind == 0 ? 1 : random_() % 10 == 0 ? random_() % 500 : random_() % 30;
    const Number first = numbers_.fetch_add(count);
    if (first + count > most_items) return;
    balance_.sent += count;
    std::vector<Item> items;
    for (std::size_t index = 0; index != count; ++index) items.push_back(make_item<Item>(first + index));
    const long chunksize = static_cast<long>(random_() % 40 + 1);
    const long buffersize = static_cast<long>(random_() % 60 + 1);
    auto pool = pool_.with(options());
    if (kind == 0) {
      call = "apply";
      judge<Item>(first, [&] { return pool.apply(f, items.front()); });
    } else if (kind == 1) {
      call = "map";
      map(pool, f, items, first, chunksize);
    } else if (kind == 2 || kind == 3) {
      call = "try_map";
      auto outcomes = pool.try_map(f, items, chunksize);
      for (std::size_t index = 0; index != count; ++index)
        judge<Item>(first + index, [&] { return outcomes[index].value(); });
    } else if (kind == 4) {
      call = "try_imap";
      iterate<Item>(pool.try_imap(f, items, chunksize, buffersize), first, count);
    } else if (kind == 5) {
      call = "try_imap_unordered";
      iterate<Item>(pool.try_imap_unordered(f, items, chunksize, buffersize), first, count);
    } else if (kind == 6) {
      call = "map_async and cancel";
      cancel(pool, f, items, first, chunksize);
    } else if (kind == 7) {
      call = "try_map and stop";
      stop(f, items, first, chunksize);
    } else if (kind == 8) {
      call = "AsCompleted";
      as_completed(pool, f, items, first);
    } else if (kind == 9) {
      call = "try_compute";
      const auto outcomes = try_compute(pool.delayed(f).map(items));
      for (std::size_t index = 0; index != count; ++index)
        judge<Item>(first + index, [&] { return outcomes[index].value(); });
    } else {
      call = "apply_async";
      apply_async(pool, f, items, first);
    }
  }

  // Mostly none. A timeout that long items outrun, or all of them now and then; a retry, after which an item may have
  // run twice.
  TaskOptions options() {
    TaskOptions result;
    retries_ = random_() % 5 == 0 ? 1 : 0;
    result.retries = retries_;
    const auto kind = random_() % 8;
    if (kind == 0) result.timeout = 10ms;
    if (kind == 1) result.timeout = std::chrono::microseconds(random_() % 2000 + 1);
    may_time_out_ = result.timeout.has_value();
    return result;
  }

  template <class Pool, class Item, class F>
  void cancel(Pool& pool, F& f, const std::vector<Item>& items, Number first, long chunksize) {
    auto result = pool.map_async(f, items, chunksize);
    if (random_() % 2 == 0) std::this_thread::sleep_for(std::chrono::microseconds(random_() % 3000));
    const bool is_cancelled = result.cancel(random_() % 2 == 0 ? Running::kill : Running::finish);
    try {
      const auto answers = result.get();
      EXPECT_FALSE(is_cancelled);
      for (std::size_t index = 0; index != answers.size(); ++index)
        judge<Item>(first + index, [&] { return answers[index]; });
    } catch (const std::exception&) {
      balance_.unseen += items.size();
    }
  }

  template <class Item, class F>
  void stop(F& f, const std::vector<Item>& items, Number first, long chunksize) {
    retries_ = 0, may_time_out_ = false;
    std::stop_source source;
    const std::chrono::microseconds when(random_() % 2000);
    std::jthread stopping([&] {
      std::this_thread::sleep_for(when);
      source.request_stop();
    });
    auto outcomes = pool_.with({.stop = source.get_token()}).try_map(f, items, chunksize);
    for (std::size_t index = 0; index != items.size(); ++index)
      judge<Item>(first + index, [&] { return outcomes[index].value(); });
  }

  template <class Pool, class Item, class F>
  void map(Pool& pool, F& f, const std::vector<Item>& items, Number first, long chunksize) {
    try {
      const auto answers = pool.map(f, items, chunksize);
      for (std::size_t index = 0; index != answers.size(); ++index)
        judge<Item>(first + index, [&] { return answers[index]; });
    } catch (const ItemError&) {
      balance_.unseen += items.size();
    } catch (const ProcessError&) {
      balance_.unseen += items.size();
    }
  }

  template <class Item, class Range>
  void iterate(Range range, Number first, std::size_t count) {
    const std::size_t wanted = random_() % 3 == 0 ? random_() % (count + 1) : count;
    for (std::size_t taken = 0; taken != wanted; ++taken) {
      auto outcome = range.next();
      judge<Item>(first + outcome.index(), [&] { return outcome.value(); });
    }
    balance_.unseen += count - wanted;
  }

  template <class Pool, class Item, class F>
  void apply_async(Pool& pool, F& f, const std::vector<Item>& items, Number first) {
    std::atomic<std::size_t> called_back = 0;
    std::size_t with_callback = 0;
    const bool all_are_read = random_() % 4 != 0;
    std::vector<AsyncResult<Item>> results;
    for (const Item& item : items) {
      results.push_back(pool.apply_async(f, item));
      if (all_are_read && random_() % 3 == 0) {
        results.back().callback([&](const Item&) { ++called_back; });
        results.back().error_callback([&](std::exception_ptr) { ++called_back; });
        ++with_callback;
      }
    }
    for (std::size_t index = 0; index != items.size(); ++index) {
      if (random_() % 4 == 0) (void)results[index].ready();
      if (random_() % 4 == 0) (void)results[index].wait(std::chrono::microseconds(random_() % 200));
      if (!all_are_read && random_() % 2 == 0) {
        ++balance_.unseen;
      } else {
        judge<Item>(first + index, [&] { return results[index].get(); });
      }
    }
    EXPECT_EQ(called_back, with_callback);
  }

  // Adds while it iterates, cancels what is left now and then, and seldom drops it.
  template <class Pool, class Item, class F>
  void as_completed(Pool& pool, F& f, const std::vector<Item>& items, Number first) {
    const std::size_t ahead = random_() % 50 + 1;
    AsCompleted<Item> results;
    std::size_t added = 0, taken = 0;
    while (random_() % 200 != 0) {
      while (added != items.size() && results.size() != ahead) results.add(pool.apply_async(f, items[added++]));
      if (results.size() == 0) break;
      if (random_() % 50 == 0) results.cancel(random_() % 2 == 0 ? Running::kill : Running::finish);
      try {
        const Outcome<Item> outcome =
            random_() % 10 == 0 ? results.next(std::chrono::microseconds(random_() % 500)) : results.next();
        judge<Item>(first + outcome.index(), [&] { return outcome.value(); });
        ++taken;
      } catch (const TimeoutError&) {
      }
    }
    balance_.unseen += items.size() - taken;
  }

  template <class Item, class Get>
  void judge(Number number, Get get) {
    const Plan plan = plan_of(number);
    const auto expect_runs = [&] {
      EXPECT_GE(told->runs[number], 1) << "item " << number;
      EXPECT_LE(told->runs[number], 1 + retries_) << "item " << number;
    };
    try {
      EXPECT_TRUE(is_answer(get(), number) && plan.deed == Deed::answer) << "item " << number;
      expect_runs();
      ++balance_.finished;
    } catch (const ItemError& error) {
      EXPECT_TRUE(plan.deed == Deed::fail && error.what() == std::to_string(number)) << "item " << number;
      expect_runs();
      ++balance_.failed;
    } catch (const WorkerLost&) {
      ++balance_.lost;
      if (plan.deed == Deed::answer || plan.deed == Deed::fail) ++shot;
    } catch (const DeadlineExceeded&) {
      EXPECT_TRUE(may_time_out_) << "item " << number;
      EXPECT_LE(told->runs[number], 1 + retries_) << "item " << number << "; perhaps it was still being decoded";
      ++balance_.timed_out;
    } catch (const CancelledError&) {
      ++balance_.cancelled;
    } catch (const std::exception& error) {
      ADD_FAILURE() << "item " << number << ": " << error.what();
    }
  }

 public:
  std::size_t shot = 0;  // items that were lost without having planned it

 private:
  Pool& pool_;
  Balance& balance_;
  std::atomic<Number>& numbers_;
  RandomStream random_;
  int retries_ = 0;  // of the call under way
  bool may_time_out_ = false;
};

}  // namespace multiprocessing::tests
