// SPDX-License-Identifier: MIT
// What the pool adds where a fork is most of the cost: in a program that holds much memory.
#include <multiprocessing/errors.hpp>
#include <multiprocessing/fork_map.hpp>
#include <multiprocessing/pool.hpp>

#include "empty_task.hpp"
#include "figures.hpp"
#include "large_memory.hpp"
#include "spin.hpp"

#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <new>
#include <stdexcept>

namespace bench {
namespace {

namespace mp = multiprocessing;

template <class Body>
pid_t forked(Body body) {
  const pid_t child = ::fork();
  if (child < 0) throw std::runtime_error("no fork");
  if (child != 0) return child;
  body();
  ::_exit(0);
}

void fork_and_wait(int count) {
  std::vector<pid_t> children;
  for (int i = 0; i != count; ++i) children.push_back(forked([] {}));
  for (const pid_t child : children) ::waitpid(child, nullptr, 0);
}

// From the order to crash to the answer of the item after it.
Row measure_loss(const Setting& setting) {
  mp::Pool pool(1);
  Row row{.subject = "a worker lost, to the next answer",
          .unit = "ms",
          .peer_name = "a fork by hand, and 1 ms",
          .limit = Limit::ratio,
          .goal = 2};
  const auto lose_one = [&] {
    try {
      pool.apply([] { ::raise(SIGKILL); });
    } catch (const mp::WorkerLost&) {
    }
    pool.apply(&measuring::empty_task, 1);
  };
  const auto fork_one = [] { return measuring::seconds([] { fork_and_wait(1); }) + 1e-3; };
  compare(row, setting.samples, per_item(1, lose_one), fork_one);
  return row;
}

Row measure_short_pool(const Setting& setting) {
  const LargeMemory memory = touched_memory(std::size_t{512} << 20);
  const int forks = setting.workers + 1;  // the fork server's, too
  Row row{.subject = "a pool made, used, gone, at 512 MiB",
          .unit = "ms",
          .peer_name = std::to_string(forks) + " forks by hand",
          .limit = Limit::ratio,
          .goal = 0.9};
  const auto use_one = [&] {
    mp::Pool pool(setting.workers);
    pool.apply(&measuring::empty_task, 1);
  };
  compare(row, setting.samples, per_item(1, use_one), per_item(1, [&] { fork_and_wait(forks); }));
  return row;
}

// A new process copies nothing of a large program.
Row measure_spawned_pool(const Setting& setting) {
  const LargeMemory memory = touched_memory(std::size_t{512} << 20);
  Row row{.subject = "a spawned pool, used, gone, at 512 MiB",
          .unit = "ms",
          .peer_name = "one whose workers are forks",
          .limit = Limit::ratio,
          .goal = 0.5};
  const auto use_one = [&](mp::StartMethod method) {
    return per_item(1, [&, method] {
      mp::Pool pool({.processes = setting.workers, .start_method = method});
      pool.apply(&measuring::empty_task, 1);
    });
  };
  compare(row, setting.samples, use_one(mp::StartMethod::spawn), use_one(mp::StartMethod::forkserver));
  return row;
}

// What one writes who knows fork(2): children that share the index of the next item, and an array of results.
class ByHand {
 public:
  ByHand(const measuring::Spin& task, const std::vector<int>& items, int processes)
      : task_(task), items_(items), processes_(processes), size_bytes_(sizeof(Shared) + items.size() * sizeof(int)) {
    void* const memory = ::mmap(nullptr, size_bytes_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    shared_ = new (memory) Shared;
  }
  ByHand(const ByHand&) = delete;
  ByHand& operator=(const ByHand&) = delete;
  ~ByHand() { ::munmap(shared_, size_bytes_); }
  void run() {
    shared_->next = 0;
    std::vector<pid_t> children;
    for (int i = 0; i != processes_; ++i) children.push_back(forked([this] { work(); }));
    for (const pid_t child : children) ::waitpid(child, nullptr, 0);
  }

 private:
  struct Shared {
    std::atomic<std::size_t> next = 0;
  };
  void work() {
    int* const results = reinterpret_cast<int*>(shared_ + 1);
    for (std::size_t at = shared_->next++; at < items_.size(); at = shared_->next++) results[at] = task_(items_[at]);
  }
  const measuring::Spin& task_;
  const std::vector<int>& items_;
  const int processes_;
  const std::size_t size_bytes_;
  Shared* shared_;
};

Row measure_fork_map(const Setting& setting) {
  const LargeMemory memory = touched_memory(std::size_t{1} << 30);
  const measuring::Spin task = measuring::spin_of(10);
  const std::vector<int> items(10'000, 7);
  ByHand by_hand(task, items, setting.workers);
  Row row{.subject = "fork_map, 10,000 of 10 us, at 1 GiB",
          .unit = "ms",
          .peer_name = "forks that share an index",
          .limit = Limit::ratio,
          .goal = 1.05};
  compare(row, setting.samples, per_item(1, [&] { keep(mp::fork_map(task, items, setting.workers).data()); }),
          per_item(1, [&] { by_hand.run(); }));
  return row;
}

}  // namespace

std::vector<Row> measure_forks(const Setting& setting) {
  return {measure_loss(setting), measure_short_pool(setting), measure_spawned_pool(setting), measure_fork_map(setting)};
}

}  // namespace bench
