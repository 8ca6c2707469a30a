// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/pool.hpp>
#include <multiprocessing/serial_pool.hpp>
#include <multiprocessing/thread_pool.hpp>

#include "progress_bar.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace demo {

namespace mp = multiprocessing;

// How long one pool took.
struct Timing {
  std::string pool;
  std::string workers;
  std::chrono::nanoseconds start;
  std::chrono::nanoseconds work;
  std::chrono::nanoseconds total() const { return start + work; }
};

// What each pool answered, and when; SerialPool first.
template <class Answer>
struct Comparison {
  std::vector<Answer> answers;
  std::vector<Timing> timings;
  bool same() const {
    for (const Answer& answer : answers) {
      if (!(answer == answers.front())) return false;
    }
    return true;
  }
};

template <class Pool, class Job, class Answer>
void run_with(const std::string& name, const std::string& kind, const Job& job, const mp::PoolOptions& options,
              Comparison<Answer>& comparison) {
  tools::ProgressBar bar(name, job.items());
  const auto begin = std::chrono::steady_clock::now();
  Pool pool(options);
  const auto ready = std::chrono::steady_clock::now();
  comparison.answers.push_back(job(pool, bar));
  const auto end = std::chrono::steady_clock::now();
  std::string workers = std::to_string(pool.processes()) + " " + kind;
  if (pool.processes() != 1) workers += kind == "process" ? "es" : "s";
  comparison.timings.push_back({name, std::move(workers), ready - begin, end - ready});
}

// The first of short jobs pays for what the others find ready: code and memory that were never touched.
constexpr std::chrono::milliseconds shortest_fair_time{200};

// The same job with each kind of pool, one after the other. Job: answer = job(pool, bar); job.items() is how often it
// advances the bar.
template <class Job>
auto compare(const Job& job, std::optional<int> processes) {
  using Answer = decltype(job(std::declval<mp::SerialPool&>(), std::declval<tools::ProgressBar&>()));
  const mp::PoolOptions options{.processes = processes};
  Comparison<Answer> comparison;
  run_with<mp::SerialPool>("SerialPool", "process", job, options, comparison);
  if (comparison.timings.front().total() < shortest_fair_time) {
    comparison = {};
    run_with<mp::SerialPool>("SerialPool", "process", job, options, comparison);
  }
  run_with<mp::ThreadPool>("ThreadPool", "thread", job, options, comparison);
  run_with<mp::Pool>("Pool", "process", job, options, comparison);
  return comparison;
}

}  // namespace demo
