// SPDX-License-Identifier: MIT
#include "pi.hpp"

#include <multiprocessing/partial.hpp>
#include <multiprocessing/random_stream.hpp>

#include "comparison.hpp"
#include "report.hpp"

#include <cmath>
#include <iomanip>
#include <iostream>
#include <numbers>
#include <random>

namespace demo {
namespace {

// How many of `darts` darts, thrown at a square, hit the quarter of a circle in it. Runs in a worker.
long count_hits(std::uint64_t seed, long darts) {
  auto random = mp::random_stream(seed);  // another one for each task
  std::uniform_real_distribution<double> coordinate(0, 1);
  long hits = 0;
  for (long dart = 0; dart != darts; ++dart) {
    const double x = coordinate(random);
    const double y = coordinate(random);
    if (x * x + y * y <= 1) ++hits;
  }
  return hits;
}

struct ThrowDarts {
  std::size_t tasks;
  long darts;
  std::uint64_t seed;

  std::size_t items() const { return tasks; }

  template <class Pool>
  long operator()(Pool& pool, tools::ProgressBar& bar) const {
    long hits = 0;
    for (const long some : pool.imap_unordered(mp::partial(&count_hits, seed), std::vector<long>(tasks, darts))) {
      hits += some;
      bar.advance();
    }
    return hits;
  }
};

}  // namespace

int run_pi(const Options& options) {
  const ThrowDarts job{static_cast<std::size_t>(options.tasks), options.darts, options.seed};
  std::cout << "pi: " << counted(job.tasks, "task") << ", " << counted(static_cast<std::size_t>(options.darts), "dart")
            << " each" << std::endl;
  const auto comparison = compare(job, options.processes);
  print_table(std::cout, comparison.timings);
  if (!comparison.same()) {
    std::cout << std::flush;
    std::cerr << "multiprocessing-demo: pi: the pools disagree about the number of hits:";
    for (const long hits : comparison.answers) std::cerr << ' ' << hits;
    std::cerr << '\n';
    return 1;
  }
  const double darts = static_cast<double>(options.tasks) * static_cast<double>(options.darts);
  const double pi = 4 * static_cast<double>(comparison.answers.front()) / darts;
  std::cout << "  Same answer from all three: pi is about " << std::fixed << std::setprecision(6) << pi << " (off by "
            << std::abs(pi - std::numbers::pi) << ")\n";
  return 0;
}

}  // namespace demo
