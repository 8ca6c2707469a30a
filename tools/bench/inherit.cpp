// SPDX-License-Identifier: MIT
// A large parent: what fork_map costs beside forks by hand, and how much of the memory is copied.
#include <multiprocessing/fork_map.hpp>

#include "figures.hpp"
#include "large_memory.hpp"

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <numeric>
#include <span>
#include <stdexcept>

namespace bench {
namespace {

namespace mp = multiprocessing;

constexpr std::size_t gibibyte = std::size_t{1} << 30;
using Part = std::span<const unsigned char>;

long sum_of_pages(Part part) {
  long sum = 0;
  for (std::size_t at = 0; at < part.size(); at += page_bytes) sum += part[at];
  return sum;
}

// What one writes who knows fork(2): a child for each part, a pipe for the sums.
long by_hand(const std::vector<Part>& parts) {
  int ends[2];
  if (::pipe(ends) != 0) throw std::runtime_error("no pipe");
  std::vector<pid_t> children;
  for (const Part part : parts) {
    const pid_t child = ::fork();
    if (child == 0) {
      const long sum = sum_of_pages(part);
      ::_exit(::write(ends[1], &sum, sizeof sum) == sizeof sum ? 0 : 1);
    }
    children.push_back(child);
  }
  long total = 0;
  for (const pid_t child : children) {
    long sum = 0;
    if (::read(ends[0], &sum, sizeof sum) != sizeof sum) throw std::runtime_error("a child has no sum");
    total += sum;
    ::waitpid(child, nullptr, 0);
  }
  ::close(ends[0]);
  ::close(ends[1]);
  return total;
}

long pages_made_anew() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return usage.ru_minflt;
}

}  // namespace

std::vector<Row> measure_inheritance(const Setting& setting) {
  const auto memory = touched_memory(gibibyte);
  std::vector<Part> parts;
  const std::size_t part_bytes = gibibyte / static_cast<std::size_t>(setting.workers);
  for (int part = 0; part != setting.workers; ++part) {
    parts.emplace_back(memory.get() + static_cast<std::size_t>(part) * part_bytes, part_bytes);
  }
  const auto inherit = [&] {
    const std::vector<long> sums = mp::fork_map(sum_of_pages, parts, setting.workers);
    const long total = std::accumulate(sums.begin(), sums.end(), 0L);
    keep(&total);
  };
  Row row{.subject = "fork_map over 1 GiB that the parent holds",
          .unit = "ms",
          .peer_name = "fork, pipe and waitpid, by hand"};
  compare(row, setting.samples, per_item(1, inherit), per_item(1, [&] {
            const long total = by_hand(parts);
            keep(&total);
          }));
  const long before = pages_made_anew();
  inherit();
  const double copied_bytes = static_cast<double>((pages_made_anew() - before) * static_cast<long>(page_bytes));
  char note[80];
  std::snprintf(note, sizeof note, "one process more; the parent then writes to %.1f MiB", copied_bytes / (1 << 20));
  row.note = note;
  return {row};
}

}  // namespace bench
