// SPDX-License-Identifier: MIT
// A real OpenMP library's user, which threads_per_worker_test.cpp loads where the compiler has OpenMP.
extern "C" [[gnu::visibility("default")]] int threads_of_a_region() {
  int threads = 0;
#pragma omp parallel reduction(+ : threads)
  threads = 1;
  return threads;
}
