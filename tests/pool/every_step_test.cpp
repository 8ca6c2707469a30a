// SPDX-License-Identifier: MIT
#include <multiprocessing/detail/byte_pool.hpp>
#include <multiprocessing/errors.hpp>

#include "pool/worker_group.hpp"
#include "support/deadline.hpp"
#include "support/shared.hpp"

#include <gtest/gtest.h>

#include <sys/ptrace.h>
#include <sys/wait.h>

#include <array>
#include <atomic>
#include <csignal>
#include <thread>

namespace multiprocessing::tests {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t items_of_a_call = 6;
using Runs = std::array<std::atomic<int>, items_of_a_call>;
Runs* runs = nullptr;

// Small ones, and some that are streamed through a ring of one page, in, out and both.
std::string argument_of(std::size_t index) { return std::string(index % 3 == 1 ? 6'000 : index, 'a'); }
std::string answer_to(std::size_t index) { return std::string(index % 4 >= 1 && index % 4 <= 2 ? 7'000 : index, 'b'); }
std::string run(const std::pair<std::size_t, std::string>& item) {
  ++(*runs)[item.first];
  if (item.second != argument_of(item.first)) throw std::logic_error("another argument");
  return answer_to(item.first);
}

class OnePagePool : public detail::BytePool<OnePagePool> {
 public:
  explicit OnePagePool(int processes)
      : BytePool(std::make_shared<detail::WorkerGroup>(PoolOptions{.processes = processes},
                                                       detail::WorkerGroupSettings{.ring_bytes = 4096, .spin = 0ns})) {}
};

class TracedWorker {
 public:
  explicit TracedWorker(pid_t pid) : pid_(pid) {
    is_traced_ =
        ptrace(PTRACE_SEIZE, pid_, nullptr, nullptr) == 0 && ptrace(PTRACE_INTERRUPT, pid_, nullptr, nullptr) == 0;
    if (is_traced_) waitpid(pid_, nullptr, __WALL);
  }
  bool is_traced() const { return is_traced_; }

  // False if it was done first, and so may sleep for ever.
  bool step(const std::function<bool()>& done) const {
    if (ptrace(PTRACE_SINGLESTEP, pid_, nullptr, nullptr) != 0) return false;
    while (waitpid(pid_, nullptr, __WALL | WNOHANG) == 0) {
      if (done()) return false;
      std::this_thread::yield();
    }
    return true;
  }
  void kill() const {
    ::kill(pid_, SIGKILL);
    int status = 0;
    while (waitpid(pid_, &status, __WALL) == pid_ && !WIFSIGNALED(status)) ptrace(PTRACE_CONT, pid_, nullptr, nullptr);
  }

 private:
  pid_t pid_;
  bool is_traced_ = false;
};

class EveryStep : public ::testing::Test {
 protected:
  EveryStep() : pool_((runs = runs_.get(), 1)) {}  // the worker is forked when it knows where to count

  // How many steps the call took, at most `limit`: then its worker is killed, in any case. -1: workers can't be traced.
  long kill_after(long limit) {
    pool_.apply([] {});  // the worker is up, and its death will not be one for nothing
    for (auto& count : *runs) count = 0;
    const TracedWorker worker(pool_.worker_pids().at(0));
    if (!worker.is_traced()) return -1;
    std::vector<AsyncResult<std::string>> results;
    for (std::size_t index = 0; index != items_of_a_call; ++index) {
      results.push_back(pool_.apply_async(run, std::pair{index, argument_of(index)}));
    }
    long steps = 0;
    while (steps != limit && worker.step([&] { return results.back().ready(); })) ++steps;
    worker.kill();
    check(results, steps);
    return steps;
  }
  void check(std::vector<AsyncResult<std::string>>& results, long steps) {
    int lost = 0;
    for (std::size_t index = 0; index != results.size(); ++index) {
      try {
        ASSERT_EQ(results[index].get(20s * patience), answer_to(index)) << "after step " << steps;
        ASSERT_EQ((*runs)[index], 1) << "item " << index << " after step " << steps;
      } catch (const WorkerLost& error) {
        ASSERT_EQ(error.signal(), SIGKILL) << error.what();
        ASSERT_LE((*runs)[index], 1) << "item " << index << " after step " << steps;
        ++lost;
      }
    }
    ASSERT_LE(lost, 1) << "after step " << steps;
    losses_ += lost;
  }

  Shared<Runs> runs_;
  OnePagePool pool_;
  int losses_ = 0;
};

// The kill points are spread by the golden ratio: evenly, however many the time allows.
TEST_F(EveryStep, OfAWorkerMayBeItsLast) {
  const long all = kill_after(10'000'000);
  if (all < 0) GTEST_SKIP() << "this process may not trace its workers";
  // Instrumented code has a hundred times the steps: one kill may be all there is time for.
  const bool is_instrumented = patience > 1;
  const auto end = std::chrono::steady_clock::now() + 8s;
  int kills = 0;
  double place = 0;
  const auto goes_on = [&] {
    if (HasFatalFailure() || kills == 400) return false;
    return kills == 0 || std::chrono::steady_clock::now() < end || (!is_instrumented && (kills < 6 || losses_ == 0));
  };
  for (; goes_on(); ++kills) {
    place += 0.6180339887498949;
    place -= static_cast<double>(static_cast<long>(place));
    kill_after(static_cast<long>(place * static_cast<double>(all)));
  }

  EXPECT_TRUE(is_instrumented || losses_ > 0) << "no item was lost in " << kills << " kills";
  RecordProperty("kills", kills);
  RecordProperty("losses", losses_);
}

}  // namespace
}  // namespace multiprocessing::tests
