// SPDX-License-Identifier: MIT
#include <multiprocessing/multiprocessing.hpp>

#include <dlfcn.h>
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "support/child_process.hpp"
#include "support/processes.hpp"

namespace multiprocessing::tests::threads_per_worker_test {
namespace {

void* load(const char* name) { return dlopen(beside_this_program(name).c_str(), RTLD_NOW | RTLD_LOCAL); }

void* thread_library() {
  static void* const loaded = load("thread_library.so");
  return loaded != nullptr ? loaded : throw std::runtime_error(dlerror());
}

template <class F>
F* function(const char* name) {
  return reinterpret_cast<F*>(dlsym(thread_library(), name));
}

// "OpenMP OpenBLAS BLIS MKL", as the library has them in this process. Looked up once, by the program: the loader's
// lock may be held in a worker.
std::string numbers_here() {
  static int (*const openmp)() = function<int()>("omp_get_max_threads");
  static int (*const openblas)() = function<int()>("openblas_get_num_threads");
  static long (*const blis)() = function<long()>("bli_thread_get_num_threads");
  static int (*const mkl)() = function<int()>("MKL_Get_Max_Threads");
  std::ostringstream text;
  text << openmp() << ' ' << openblas() << ' ' << blis() << ' ' << mkl();
  return text.str();
}

// The same, as a program that this process starts sees them in its environment.
std::string numbers_of_program() {
  std::FILE* const program =
      popen("echo $OMP_NUM_THREADS, $OPENBLAS_NUM_THREADS, $BLIS_NUM_THREADS, $MKL_NUM_THREADS", "r");
  std::array<char, 100> line{};
  if (std::fgets(line.data(), line.size(), program) == nullptr) line[0] = '?';
  pclose(program);
  const std::string text(line.data());
  return text.substr(0, text.find('\n'));
}

// A program that may use six CPUs, has loaded the library, and whose environment says nothing.
void in_a_program(const std::function<void()>& body) {
  const ChildResult program = run_in_child([&] {
    setenv("MULTIPROCESSING_CPU_COUNT", "6", 1);
    for (const char* const kind : {"OMP", "OPENBLAS", "BLIS", "MKL"}) {
      unsetenv((std::string(kind) + "_NUM_THREADS").c_str());
    }
    EXPECT_EQ(numbers_here(), "64 64 -1 64");
    body();
  });
  EXPECT_EQ(program.exit_code, 0) << program;
}

TEST(ThreadsPerWorker, AreByDefaultAShareOfTheCpusAndNeverMoreThanBefore) {
  in_a_program([] {
    Pool pool(2);
    EXPECT_EQ(pool.apply(numbers_here), "3 3 -1 3");
    EXPECT_EQ(pool.apply(numbers_of_program), "3, 3, 3, 3");
    EXPECT_EQ(numbers_here(), "64 64 -1 64");
    EXPECT_EQ(numbers_of_program(), ", , ,");
    Pool crowded(100);
    EXPECT_EQ(crowded.apply(numbers_here), "1 1 -1 1");
    function<void(int)>("omp_set_num_threads")(2);
    Pool lower(2);
    EXPECT_EQ(lower.apply(numbers_here), "2 3 -1 3");
  });
}

TEST(ThreadsPerWorker, AreWhatTheOptionSaysWhateverTheEnvironmentSays) {
  in_a_program([] {
    setenv("OMP_NUM_THREADS", "5", 1);
    setenv("MKL_NUM_THREADS", "5", 1);
    Pool pool({.processes = 2, .threads_per_worker = 7, .start_method = StartMethod::fork});
    EXPECT_EQ(pool.apply(numbers_here), "7 7 7 7");
    EXPECT_EQ(pool.apply(numbers_of_program), "7, 7, 7, 7");
    Pool many({.processes = 1, .threads_per_worker = 100});
    EXPECT_EQ(many.apply(numbers_here), "100 100 100 100");
  });
}

TEST(ThreadsPerWorker, LeaveAloneWhatTheEnvironmentSays) {
  in_a_program([] {
    setenv("OPENBLAS_NUM_THREADS", "5", 1);
    Pool pool(2);
    EXPECT_EQ(pool.apply(numbers_here), "3 64 -1 3");
    EXPECT_EQ(pool.apply(numbers_of_program), "3, 5, 3, 3");
    setenv("OMP_NUM_THREADS", "8", 1);
    setenv("OPENBLAS_NUM_THREADS", "", 1);
    Pool other(2);
    EXPECT_EQ(other.apply(numbers_here), "64 64 -1 64");
    EXPECT_EQ(other.apply(numbers_of_program), "8, , ,");
  });
}

// Its own function starts them all at once when it is called in a fork.
TEST(ThreadsPerWorker, AreLoweredWithoutStartingThoseOfOpenBlas) {
  in_a_program([] {
    static const int* has_threads;
    has_threads = static_cast<const int*>(dlsym(thread_library(), "blas_server_avail"));
    Pool pool(2);
    EXPECT_EQ(pool.apply([] { return *has_threads; }), 0);
    EXPECT_EQ(pool.apply(numbers_here), "3 3 -1 3");
  });
}

TEST(ThreadsPerWorker, AreSetBeforeTheInitializerInEachWorkerAndReplacement) {
  in_a_program([] {
    static std::string seen;
    for (const StartMethod method : {StartMethod::forkserver, StartMethod::fork}) {
      Pool pool({.processes = 1,
                 .initializer =
                     [] {
                       seen = numbers_here();
                       function<void(int)>("omp_set_num_threads")(4);
                     },
                 .threads_per_worker = 2,
                 .start_method = method});
      for (int worker = 0; worker != 2; ++worker) {
        EXPECT_EQ(pool.apply([] { return seen; }), "2 2 2 2");
        EXPECT_EQ(pool.apply(numbers_here), "4 2 2 2");
        EXPECT_THROW(pool.apply([] { std::abort(); }), WorkerLost);
      }
    }
    EXPECT_EQ(fork_map([](int) { return numbers_here(); }, std::vector{0, 1, 2}),
              std::vector<std::string>(3, "2 2 -1 2"));
  });
}

TEST(ThreadsPerWorker, OfAPoolInATaskAreItsOwn) {
  in_a_program([] {
    Pool pool({.processes = 1, .threads_per_worker = 2});
    EXPECT_EQ(pool.apply([] { return Pool(1).apply(numbers_here); }), "2 2 2 2");
    EXPECT_EQ(pool.apply([] { return Pool({.processes = 1, .threads_per_worker = 1}).apply(numbers_of_program); }),
              "1, 1, 1, 1");
  });
}

// A fork catches the lock of the environment that another thread holds.
TEST(ThreadsPerWorker, AreSetWhileAnotherThreadChangesTheEnvironment) {
  in_a_program([] {
    std::atomic<bool> is_over = false;
    setenv("MULTIPROCESSING_TEST", "0", 1);
    std::thread changing([&] {
      while (!is_over) setenv("MULTIPROCESSING_TEST", "1", 1);
    });
    for (int round = 0; round != 20; ++round) {
      Pool pool({.processes = 2, .start_method = round % 2 == 0 ? StartMethod::fork : StartMethod::forkserver});
      EXPECT_EQ(pool.apply(numbers_here), "3 3 -1 3");
    }
    is_over = true;
    changing.join();
  });
}

TEST(ThreadsPerWorker, HoldForARealOpenMpRegion) {
  in_a_program([] {
    void* const library = load("openmp_library.so");
    if (library == nullptr) return;
    static int (*region)();
    region = reinterpret_cast<int (*)()>(dlsym(library, "threads_of_a_region"));
    for (const int threads : {1, 3}) {
      Pool pool({.processes = 2, .threads_per_worker = threads});
      EXPECT_EQ(pool.map([](int) { return region(); }, {1, 2, 3}, 1), std::vector(3, threads));
    }
  });
}

}  // namespace
}  // namespace multiprocessing::tests::threads_per_worker_test
