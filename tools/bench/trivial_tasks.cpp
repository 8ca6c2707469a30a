// SPDX-License-Identifier: MIT
// Many tasks that cost nothing: what a pool adds to each.
#include <multiprocessing/as_completed.hpp>
#include <multiprocessing/pool.hpp>

#include "asio_peer.hpp"
#include "empty_task.hpp"
#include "figures.hpp"
#include "python_peer.hpp"

#include <malloc.h>

#include <future>
#include <numeric>

namespace bench {
namespace {

namespace mp = multiprocessing;
using measuring::empty_task;

std::vector<int> numbers(std::size_t count) {
  std::vector<int> all(count);
  std::iota(all.begin(), all.end(), 0);
  return all;
}

std::size_t bytes_in_use() { return ::mallinfo2().uordblks; }

// What the program's heap grows by for each call that nobody has asked yet.
std::size_t bytes_of_an_open_call(mp::Pool& pool, std::size_t tasks) {
  std::vector<mp::AsyncResult<int>> results;
  results.reserve(tasks);
  const std::size_t before = bytes_in_use();
  for (std::size_t i = 0; i != tasks; ++i) results.push_back(pool.apply_async(&empty_task, static_cast<int>(i)));
  const std::size_t grown = bytes_in_use() - before;
  for (mp::AsyncResult<int>& result : results) result.get();
  return grown / tasks;
}

void apply_all(mp::Pool& pool, std::size_t tasks) {
  std::vector<mp::AsyncResult<int>> results;
  results.reserve(tasks);
  for (std::size_t i = 0; i != tasks; ++i) results.push_back(pool.apply_async(&empty_task, static_cast<int>(i)));
  for (mp::AsyncResult<int>& result : results) result.get();
}

}  // namespace

std::vector<Row> measure_async(const Setting& setting) {
  constexpr std::size_t tasks = 100'000;
  mp::Pool pool(setting.workers);
  AsioPeer asio(setting.workers);
  Row row{.subject = "apply_async + get, 100,000 tasks",
          .unit = "ns",
          .peer_name = "asio, promise and future",
          .limit = Limit::ratio,
          .goal = 0.5};
  compare(row, setting.samples, per_item(tasks, [&] { apply_all(pool, tasks); }),
          per_item(tasks, [&] { asio.run(tasks); }));
  row.note = std::to_string(bytes_of_an_open_call(pool, tasks)) + " bytes of the heap for each open call";
  return {row};
}

// Each call follows the end of the one before it: the thread that listens for callbacks is neither awake nor told to
// sleep long.
std::vector<Row> measure_callbacks(const Setting& setting) {
  constexpr std::size_t calls = 2'000;
  mp::Pool pool(setting.workers);
  AsioPeer asio(setting.workers);
  Row row{.subject = "apply_async + when_done, in turn",
          .unit = "us",
          .peer_name = "asio, promise and future",
          .limit = Limit::ratio,
          .goal = 2};
  const auto call_all = [&] {
    for (std::size_t i = 0; i != calls; ++i) {
      std::promise<void> ended;
      auto result = pool.apply_async(&empty_task, static_cast<int>(i)).when_done([&] { ended.set_value(); });
      ended.get_future().get();
      result.get();
    }
  };
  const auto post_all = [&] {
    for (std::size_t i = 0; i != calls; ++i) asio.run(1);
  };
  compare(row, setting.samples, per_item(calls, call_all), per_item(calls, post_all));
  return {row};
}

// Both have as many calls under way: by default imap_unordered reads so many items ahead.
std::vector<Row> measure_as_completed(const Setting& setting) {
  const std::vector<int> items = numbers(50'000);
  mp::Pool pool(setting.workers);
  Row row{.subject = "AsCompleted, a result",
          .unit = "ns",
          .peer_name = "imap_unordered",
          .limit = Limit::ratio,
          .goal = 1.3};
  const auto complete_all = [&] {
    mp::AsCompleted<int> results;
    const std::size_t ahead = 4 * static_cast<std::size_t>(setting.workers);
    for (const int item : items) {
      if (results.size() == ahead) results.next();
      results.add(pool.apply_async(&empty_task, item));
    }
    while (results.size() != 0) results.next();
  };
  const auto iterate = [&] {
    for ([[maybe_unused]] const int result : pool.imap_unordered(&empty_task, items)) {
    }
  };
  compare(row, setting.samples, per_item(items.size(), complete_all), per_item(items.size(), iterate));
  return {row};
}

std::vector<Row> measure_single_items(const Setting& setting) {
  const std::vector<int> items = numbers(200'000);
  mp::Pool pool(setting.workers);
  AsioPeer asio(setting.workers);
  Row row{.subject = "map, 200,000 items, chunksize 1",
          .unit = "ns",
          .peer_name = "asio, promise and future",
          .limit = Limit::ratio,
          .goal = 0.12};
  compare(row, setting.samples, per_item(items.size(), [&] { pool.map(&empty_task, items, 1); }),
          per_item(items.size(), [&] { asio.run(items.size()); }));
  return {row};
}

std::vector<Row> measure_lazy(const Setting& setting) {
  const std::vector<int> items = numbers(50'000);
  mp::Pool pool(setting.workers);
  AsioPeer asio(setting.workers);
  const auto compare_with = [&](const char* subject, auto results_of) {
    Row row{
        .subject = subject, .unit = "ns", .peer_name = "asio, promise and future", .limit = Limit::ratio, .goal = 0.3};
    const auto read_all = [&] {
      long sum = 0;
      for (const int result : results_of()) sum += result;
      keep(&sum);
    };
    compare(row, setting.samples, per_item(items.size(), read_all),
            per_item(items.size(), [&] { asio.run(items.size()); }));
    return row;
  };
  return {compare_with("imap, an item", [&] { return pool.imap(&empty_task, items); }),
          compare_with("imap_unordered, an item", [&] { return pool.imap_unordered(&empty_task, items); })};
}

std::vector<Row> measure_against_python(const Setting& setting) {
  constexpr std::size_t python_items = 5'000;
  PythonPeer python({"pool", std::to_string(setting.workers), std::to_string(python_items)}, python_items);
  const std::vector<int> items = numbers(200'000);
  mp::Pool pool(setting.workers);
  return {python.compared({.subject = "map, an item, chunksize 1",
                           .unit = "ns",
                           .peer_name = "CPython Pool.map",
                           .limit = Limit::ratio,
                           .goal = 0.01},
                          setting.samples, per_item(items.size(), [&] { pool.map(&empty_task, items, 1); }))};
}

}  // namespace bench
