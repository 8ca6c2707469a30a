// SPDX-License-Identifier: MIT
// Multiplies matrices in all workers, by a library that has threads of its own: shows what a limit on those threads
// gains.
#include <multiprocessing/multiprocessing.hpp>

#include "figures.hpp"

#include <dlfcn.h>

namespace bench {
namespace {

namespace mp = multiprocessing;

constexpr int size = 512;

// cblas_dgemm, from cblas.h: looked up at run time, so that this program works without OpenBLAS, and that its threads
// run in no other figure.
using Dgemm = void(int, int, int, int, int, int, double, const double*, int, const double*, int, double, double*, int);
Dgemm* dgemm = nullptr;

double multiply(int seed) {
  constexpr int row_major = 101, as_it_is = 111;
  static const std::vector<double> a(size * size, 1.0), b(size * size, 0.5);
  static std::vector<double> c(size * size);
  dgemm(row_major, as_it_is, as_it_is, size, size, size, seed, a.data(), size, b.data(), size, 0, c.data(), size);
  return c.front();
}

// A pool for each sample: threads of OpenBLAS that wait for work spin, and would disturb the other contender.
Sampler with_threads(int workers, int threads) {
  const std::vector<int> items(static_cast<std::size_t>(workers) * 8, 1);
  return [=] {
    mp::Pool pool({.processes = workers, .threads_per_worker = threads});
    pool.map(&multiply, items, 1);
    return per_item(items.size(), [&] { pool.map(&multiply, items, 1); })();
  };
}

}  // namespace

std::vector<Row> measure_matrices(const Setting& setting) {
  Row row{.subject = "dgemm, 512 x 512, on all workers", .unit = "us", .peer_name = "each with a thread per CPU"};
  void* const library = ::dlopen("libopenblas.so.0", RTLD_NOW | RTLD_LOCAL);
  dgemm = library == nullptr ? nullptr : reinterpret_cast<Dgemm*>(::dlsym(library, "cblas_dgemm"));
  if (dgemm == nullptr) {
    row.note = "OpenBLAS is not installed (libopenblas0)";
  } else {
    compare(row, setting.samples, with_threads(setting.workers, 1),
            with_threads(setting.workers, mp::process_cpu_count()));
  }
  return {row};
}

}  // namespace bench
