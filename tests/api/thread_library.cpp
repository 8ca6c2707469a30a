// SPDX-License-Identifier: MIT
// Stands for the libraries whose threads PoolOptions::threads_per_worker limits: threads_per_worker_test.cpp loads it.
#define EXPORTED [[gnu::visibility("default")]]

namespace {

int openmp = 64, mkl = 64;
long blis = -1;  // nothing was set: it uses one

}  // namespace

extern "C" {

EXPORTED int omp_get_max_threads() { return openmp; }
EXPORTED void omp_set_num_threads(int threads) { openmp = threads; }

EXPORTED int MKL_Get_Max_Threads() { return mkl; }
EXPORTED void MKL_Set_Num_Threads(int threads) { mkl = threads; }

EXPORTED long bli_thread_get_num_threads() { return blis; }
EXPORTED void bli_thread_set_num_threads(long threads) { blis = threads; }

// As OpenBLAS after a fork: its function would start threads.
EXPORTED int blas_cpu_number = 64;
EXPORTED int blas_server_avail = 0;
EXPORTED int openblas_get_num_threads() { return blas_cpu_number; }
EXPORTED void openblas_set_num_threads(int threads) {
  blas_cpu_number = threads;
  blas_server_avail = 1;
}
}
