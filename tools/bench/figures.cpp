// SPDX-License-Identifier: MIT
#include "figures.hpp"

namespace bench {

const std::vector<Figure>& figures() {
  static const std::vector<Figure> all{
      {"async", "apply_async and get of 100,000 trivial tasks", measure_async},
      {"callbacks", "apply_async and when_done of a trivial task, one at a time", measure_callbacks},
      {"completed", "results as they end, beside imap_unordered", measure_as_completed},
      {"chunk1", "map of 200,000 trivial items, chunksize 1", measure_single_items},
      {"lazy", "imap and imap_unordered of 50,000 trivial items", measure_lazy},
      {"python", "map with chunksize 1 against CPython's Pool.map", measure_against_python},
      {"awake", "round trip of apply() with 1, 2 and 3 workers", measure_round_trip_awake},
      {"asleep", "round trip of apply() on one CPU, where nothing spins", measure_round_trip_asleep},
      {"integers", "map of 2,000,000 integers, default chunks", measure_integers},
      {"echo", "there and back of 64 MiB of doubles", measure_echo},
      {"texts", "there and back of texts of 1 KiB, 16 KiB and 1 MiB", measure_texts},
      {"work", "map of items of 3, 30 and 300 us", measure_work},
      {"crowd", "an item's cost with 64 workers", measure_many_workers},
      {"matrices", "dgemm on all workers, a thread each", measure_matrices},
      {"graph", "delayed calls: a wide graph, a chain, uneven chains", measure_graph},
      {"memory", "memory that a graph of delayed calls needs", measure_graph_memory},
      {"dask", "a wide graph against Dask", measure_against_dask},
      {"inherit", "fork_map over 1 GiB of the parent's memory", measure_inheritance},
      {"forks", "a lost worker, a short-lived pool and fork_map in a large program", measure_forks},
      {"queue", "a Queue of 64-byte texts, one way and there and back", measure_queue},
      {"pipe", "a Pipe of 64-byte texts, there and back on one CPU", measure_pipe},
      {"lock", "a Lock that nobody else wants", measure_lock},
      {"idle", "CPU time of a pool that has nothing to do", measure_idle},
      {"compile", "compile time of a pool's header with one map", measure_compile_time}};
  return all;
}

}  // namespace bench
