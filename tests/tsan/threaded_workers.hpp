// SPDX-License-Identifier: MIT
#pragma once

#include "pool/parent/worker_group.hpp"
#include "tsan/thread_starter.hpp"

#include <multiprocessing/detail/byte_pool.hpp>

#include <gtest/gtest.h>

#include <chrono>

namespace multiprocessing::tests {

// A Pool whose workers are threads and whose rings are one page each, so that they are full and wrap all the time.
class ThreadedWorkers : public detail::BytePool<ThreadedWorkers> {
 public:
  explicit ThreadedWorkers(std::chrono::nanoseconds spin, int workers = 2, std::optional<long> max_tasks_per_child = {})
      : ThreadedWorkers(group(spin, workers, max_tasks_per_child)) {}
  ~ThreadedWorkers() { close(); }  // threads cannot be terminated: they leave when all is done

  // What the _async forms do, with a hold on the call, so that it can be withdrawn.
  template <class R, class Item>
  std::shared_ptr<detail::ByteAnswers<R>> begin(R (*f)(Item), const std::vector<Item>& items, std::size_t chunksize) {
    const detail::CallSettings settings{.chunksize = chunksize, .asynchronous = true, .cancellable = true};
    detail::ByteSubmission<R (*)(Item), Item, detail::Spread::no> submission(*core_, f, settings);
    submission.push_all(items);
    submission.end();
    return std::make_shared<detail::ByteAnswers<R>>(submission.answers());
  }

 private:
  explicit ThreadedWorkers(std::shared_ptr<detail::ByteCore> core) : BytePool(core), core_(std::move(core)) {}
  static std::shared_ptr<detail::ByteCore> group(std::chrono::nanoseconds spin, int workers,
                                                 std::optional<long> max_tasks_per_child) {
    const auto make_starter = [spin](detail::ChannelBlock& channels, const auto&, std::vector<detail::MarkedFd> bells) {
      return std::make_unique<ThreadStarter>(channels, spin, std::move(bells));
    };
    const PoolOptions options{.processes = workers, .max_tasks_per_child = max_tasks_per_child};
    const detail::WorkerGroupSettings settings{.ring_bytes = 4096, .spin = spin};
    return std::make_shared<detail::WorkerGroup>(options, settings, make_starter);
  }

  std::shared_ptr<detail::ByteCore> core_;
};

// Without spinning each side sleeps whenever it finds nothing; with it, rarely.
class BetweenThreads : public ::testing::TestWithParam<int> {
 protected:
  std::chrono::nanoseconds spin() const { return std::chrono::microseconds(GetParam()); }
};
inline std::string spin_name(const ::testing::TestParamInfo<int>& info) {
  return "Spin" + std::to_string(info.param) + "us";
}

}  // namespace multiprocessing::tests

#define MULTIPROCESSING_BETWEEN_THREADS(Suite) \
  INSTANTIATE_TEST_SUITE_P(, Suite, ::testing::Values(0, 20), ::multiprocessing::tests::spin_name)
