// SPDX-License-Identifier: MIT
// gather: Message passing as MPI teaches it: ranks throw darts, and the root gathers what they counted.
// Exercise: let the root receive from each of the others what it counted, in the order of the ranks.
#include <multiprocessing/multiprocessing.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <functional>
#include <numeric>
#include <vector>

namespace mp = multiprocessing;

// The last line of every demo, and what it needs.
double now() { return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count(); }
double seconds(const std::function<void()>& run) {
  const double begin = now();
  run();
  return now() - begin;
}
double best(const std::function<void()>& run) { return std::min({seconds(run), seconds(run), seconds(run)}); }
void last_line(const char* one, double first, const char* other, double second) {
  std::printf("%s: %.3f s. %s: %.3f s. Ratio: %.2f (best of 3 each).\n", one, first, other, second, first / second);
}

constexpr unsigned darts = 2'000'000;           // for each rank
const std::vector<unsigned> ranks{0, 1, 2, 3};  // one process each
unsigned lost = 4;                              // who is killed before it sends: at first nobody

// How many hit the quarter circle. Each rank has random numbers of its own, the same in every run.
long throw_darts(unsigned rank) {
  mp::RandomStream random = mp::random_stream(2024, rank);
  long hits = 0;
  for (unsigned dart = 0; dart < darts; ++dart) {
    const double x = static_cast<double>(random()) * 0x1p-64;
    const double y = static_cast<double>(random()) * 0x1p-64;
    if (x * x + y * y < 1) ++hits;
  }
  return hits;
}

// What every rank runs: work, then MPI's gather: all send to the root, which receives in the order of the ranks.
using Pipes = std::vector<decltype(mp::Pipe<long>())>;
std::vector<long> program(unsigned rank, const Pipes& pipes) {
  std::vector<long> hits{throw_darts(rank)};
  if (rank == lost) std::raise(SIGKILL);
  if (rank != 0) {
    pipes.back().second.send(hits[0]);
    return hits;
  }
  for (const auto& [end_of_root, end_of_rank] : pipes) hits.push_back(end_of_root.recv());  // the key line
  return hits;
}

// What mpirun does: it starts the program in each rank. The root is this process.
std::vector<long> run() {
  Pipes pipes;
  std::vector<mp::Process> others;
  for (const unsigned rank : {1U, 2U, 3U}) {
    pipes.push_back(mp::Pipe<long>(false));
    others.emplace_back(program, rank, pipes).start();
    pipes.back().second.close();  // from now on that rank's alone: when it ends, the root will know
  }
  return program(0, pipes);
}

int main() {
  std::puts(
      "Four ranks are four processes that run one program. Each throws darts at a square and counts those in\n"
      "the circle's quarter. None sees what another counts: all send it to rank 0, the root, which gathers.");
  const std::vector<long> hits = run();
  for (const unsigned rank : ranks) std::printf("  rank %u: %ld of %u darts\n", rank, hits.at(rank), darts);
  const long all = std::accumulate(hits.begin(), hits.end(), 0L);
  std::printf("The root: pi is about 4 x %ld / %u = %.5f\n\n", all, 4 * darts, static_cast<double>(all) / darts);

  long alone = 0;
  const double one = best([&] { alone = throw_darts(0) + throw_darts(1) + throw_darts(2) + throw_darts(3); });
  const double four = best(run);
  const bool same = mp::fork_map(throw_darts, ranks, 4) == hits && alone == all;
  std::printf(
      "On one machine fork_map(throw_darts, ranks) is all of that: fork, compute, gather. Its counts are %s.\n"
      "Four ranks on %d CPU(s) took %.2f times as long as one that throws all darts.\n\n"
      "Rank 2 is killed before it sends. The root, which waits for it, gets\n",
      same ? "the same" : "NOT the same!", mp::process_cpu_count(), four / one);
  lost = 2;
  try {
    run();
    return 1;
  } catch (const mp::EOFError& error) {
    std::printf("EOFError: %s. It may go on without. (mpirun would end all ranks.)\n", error.what());
  }
  last_line("All darts thrown by one rank", one, "By four, and gathered", four);
  return same ? 0 : 1;
}
