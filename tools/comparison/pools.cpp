// SPDX-License-Identifier: MIT
// The life of a pool of some size: made, given an empty task for each worker, and destroyed.
#include <multiprocessing/pool.hpp>
#include <multiprocessing/thread_pool.hpp>

#include "empty_task.hpp"
#include "section.hpp"
#include "two_charts.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <numeric>
#include <system_error>

namespace compare {
namespace {

namespace mp = multiprocessing;
using namespace measuring;

constexpr double milliseconds_in_second = 1e3;

void require(bool holds, const char* what) {
  if (!holds) throw std::system_error(errno, std::generic_category(), what);
}

// A fork as in a textbook: runs one task, writes the answer into a pipe, ends.
class Child {
 public:
  explicit Child(int item) {
    int fds[2] = {-1, -1};
    require(::pipe2(fds, O_CLOEXEC) == 0, "pipe");
    pid_ = ::fork();
    const int error = errno;
    if (pid_ == 0) {
      const int answer = empty_task(item);
      ::_exit(::write(fds[1], &answer, sizeof answer) == static_cast<ssize_t>(sizeof answer) ? 0 : 1);
    }
    ::close(fds[1]);
    fd_ = fds[0];
    if (pid_ > 0) return;
    ::close(fd_);
    throw std::system_error(error, std::generic_category(), "fork");
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child() {
    ::close(fd_);
    ::waitpid(pid_, nullptr, 0);
  }
  int answer() const {
    int answer = 0;
    require(::read(fd_, &answer, sizeof answer) == static_cast<ssize_t>(sizeof answer), "read from a pipe");
    return answer;
  }

 private:
  pid_t pid_ = -1;
  int fd_ = -1;
};

class ForksByHand {
 public:
  explicit ForksByHand(int count) {
    for (int i = 0; i != count; ++i) children_.push_back(std::make_unique<Child>(i));
  }
  void run_first() const { check_answer(0, children_.front()->answer()); }
  void run_others() const {
    for (std::size_t i = 1; i != children_.size(); ++i) check_answer(static_cast<int>(i), children_[i]->answer());
  }

 private:
  std::vector<std::unique_ptr<Child>> children_;
};

template <class SomePool>
class PoolOf {
 public:
  explicit PoolOf(const mp::PoolOptions& options)
      : pool_(options), others_(static_cast<std::size_t>(pool_.processes() - 1)) {
    std::iota(others_.begin(), others_.end(), 1);
  }
  void run_first() { check_answer(0, pool_.apply(&empty_task, 0)); }
  void run_others() {
    if (others_.empty()) return;
    check_answer(others_.back(), pool_.map(&empty_task, others_, 1).back());
  }

 private:
  SomePool pool_;
  std::vector<int> others_;
};

template <class Team, class Size>
TwoValues life_of(const Size& size) {
  double to_first_result = 0;
  const double whole = seconds([&] {
    std::unique_ptr<Team> team;
    to_first_result = seconds([&] {
      team = std::make_unique<Team>(size);
      team->run_first();
    });
    team->run_others();
    team.reset();
  });
  return {.first = to_first_result * milliseconds_in_second, .second = whole * milliseconds_in_second};
}

// Powers of 2, up to four workers for each CPU.
std::vector<int> worker_counts(int cpus) {
  std::vector<int> counts;
  for (int count = 1; count < 4 * cpus; count *= 2) counts.push_back(count);
  counts.push_back(4 * cpus);
  return counts;
}

std::vector<Measured> measure(const Scale& scale) {
  std::vector<TwoChartContender> all;
  for (const int count : worker_counts(scale.cpus)) {
    const auto x = static_cast<double>(count);
    all.push_back({"Pool", x, [=] { return life_of<PoolOf<mp::Pool>>(mp::PoolOptions{.processes = count}); }});
    for (const auto& [series, method] : {std::pair{"Pool, StartMethod::fork", mp::StartMethod::fork},
                                         std::pair{"Pool, StartMethod::spawn", mp::StartMethod::spawn}}) {
      const mp::PoolOptions options{.processes = count, .start_method = method};
      all.push_back({series, x, [=] { return life_of<PoolOf<mp::Pool>>(options); }});
    }
    all.push_back(
        {"ThreadPool", x, [=] { return life_of<PoolOf<mp::ThreadPool>>(mp::PoolOptions{.processes = count}); }});
    all.push_back({"forks by hand", x, [=] { return life_of<ForksByHand>(count); }});
  }
  return in_turn({"first_result", "whole_life"}, all, {.time = scale.time});
}

}  // namespace

Section pools_section() {
  return {.name = "pools",
          .title = "A pool's start and its end",
          .source = "pools.cpp",
          .charts = {{.name = "first_result",
                      .title = "From its construction to the first result",
                      .x_label = "workers",
                      .unit = "ms",
                      .how_to_read =
                          "A pool is ready when all its workers are up. The forks by hand are as many "
                          "processes without a pool: the program forks them one after the other, and each "
                          "child runs one empty task, writes the answer into a pipe and ends. A Pool's "
                          "workers stay, and take more tasks. A Pool forks a server first, which forks the "
                          "workers; with StartMethod::fork the program forks them itself; with StartMethod::spawn "
                          "the server is no fork, but this program started once more. This program is "
                          "small: what a fork takes in a larger one is under startup."},
                     {.name = "whole_life",
                      .title = "From its construction to the end of its destruction",
                      .x_label = "workers",
                      .unit = "ms",
                      .how_to_read = "In between, as many empty tasks are run as there are workers. Then the workers "
                                     "are ended and waited for, as leaving the block in which the pool was made does. "
                                     "A program that makes a pool for each small job pays this each time; one that "
                                     "keeps its pool pays it once. The column \"first\" is the first pool of the "
                                     "program, which also finds its code and memory untouched."}},
          .measure = measure};
}

}  // namespace compare
