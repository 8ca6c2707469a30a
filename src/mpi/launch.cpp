// SPDX-License-Identifier: MIT
#include "mpi/launch.hpp"

#include <unistd.h>

#include <atomic>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <stdexcept>
#include <string_view>

namespace multiprocessing::mpi::internal {
namespace {

std::optional<int> number_of(const char* variable) {
  const char* const text = std::getenv(variable);
  if (text == nullptr) return std::nullopt;
  const std::string_view view(text);
  int number = 0;
  const auto read = std::from_chars(view.data(), view.data() + view.size(), number);
  if (read.ec != std::errc()) return std::nullopt;
  return number;
}

// How many tasks srun has started, if it is a launcher of this process.
int slurm_tasks() { return number_of("SLURM_STEP_NUM_TASKS").value_or(number_of("SLURM_NTASKS").value_or(1)); }

Launch read_launch() {
  Launch read;
  const auto rank = number_of("OMPI_COMM_WORLD_RANK");
  const auto size = number_of("OMPI_COMM_WORLD_SIZE");
  if (rank && size) {
    read = {*rank, *size, number_of("OMPI_COMM_WORLD_LOCAL_SIZE").value_or(1) > 1};
  } else if (const auto task = number_of("PMIX_RANK")) {
    read = {*task, slurm_tasks(), slurm_tasks() > number_of("SLURM_STEP_NUM_NODES").value_or(slurm_tasks())};
  }
  if (read.size < 1 || read.rank < 0 || read.rank >= read.size) return {};
  return read;
}

}  // namespace

const Launch& launch() {
  static const Launch the_launch = read_launch();
  return the_launch;
}

std::string name_of_this_host() {
  char name[256] = {};
  if (::gethostname(name, sizeof name - 1) != 0) return "rank " + std::to_string(launch().rank);
  return launch().shares_host ? std::string(name) + "/" + std::to_string(launch().rank) : name;
}

void check_launch() {
  if (launch().size > 1 || number_of("OMPI_COMM_WORLD_SIZE") || number_of("PMIX_RANK")) return;
  if (const int tasks = number_of("SLURM_STEP_NUM_TASKS").value_or(1); tasks > 1) {
    throw std::logic_error("srun started " + std::to_string(tasks) +
                           " copies of this program that know nothing of each other, and each would do all the work: "
                           "start it with srun --mpi=pmix");
  }
  if (const int ranks = number_of("PMI_SIZE").value_or(1); ranks > 1) {
    throw std::logic_error("the launcher of another MPI started " + std::to_string(ranks) +
                           " copies of this program, and each would do all the work: start it with the mpirun of Open "
                           "MPI, or with srun --mpi=pmix");
  }
  const int hosts = number_of("SLURM_JOB_NUM_NODES").value_or(1);
  if (hosts > 1 && std::getenv("SLURM_JOB_ID") != nullptr && std::getenv("SLURM_STEP_ID") == nullptr) {
    static std::atomic_flag warned;
    if (warned.test_and_set()) return;
    std::fprintf(stderr,
                 "multiprocessing: this Slurm job has %d hosts, but the program runs on one of them: start it with "
                 "srun --mpi=pmix or mpirun\n",
                 hosts);
  }
}

}  // namespace multiprocessing::mpi::internal
