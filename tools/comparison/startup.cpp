// SPDX-License-Identifier: MIT
// A thread and a process that do nothing: what it takes to make one and to see it end, against the parent's size.
#include "memory.hpp"
#include "process_memory.hpp"
#include "repeated.hpp"
#include "section.hpp"
#include "turns.hpp"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <stdexcept>
#include <string>
#include <system_error>
#include <thread>

namespace compare {
namespace {

void thread_and_join() {
  std::thread([] {}).join();
}

void wait_for(pid_t child) {
  if (child < 0) throw std::system_error(errno, std::generic_category(), "fork");
  ::waitpid(child, nullptr, 0);
}

void fork_and_wait() {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(0);
  wait_for(child);
}

void vfork_and_wait() {
  const pid_t child = ::vfork();
  if (child == 0) ::_exit(0);
  wait_for(child);
}

// Another program: what posix_spawn is for. It uses CLONE_VFORK, so that the parent's size does not count.
void spawn_and_wait() {
  pid_t child = -1;
  char name[] = "true";
  char* const arguments[] = {name, nullptr};
  char* const environment[] = {nullptr};
  const int error = ::posix_spawn(&child, "/bin/true", nullptr, nullptr, arguments, environment);
  if (error != 0) throw std::system_error(error, std::generic_category(), "posix_spawn of /bin/true");
  wait_for(child);
}

std::vector<std::size_t> parent_sizes(const Scale& scale) {
  std::vector<std::size_t> sizes{0, 64 * mebibyte};
  for (const std::size_t size : {256 * mebibyte, gibibyte, 2 * gibibyte}) {
    const bool is_wanted = !scale.quick || size == gibibyte;
    if (is_wanted && size <= scale.memory_bytes) sizes.push_back(size);
  }
  return sizes;
}

// ms of a fork for each GiB of the parent, from the smallest to the largest parent.
std::vector<Measured> slopes(const std::vector<Measured>& all) {
  std::vector<Measured> result;
  for (const char* const series : {"fork", "fork, huge pages", "fork, MADV_DONTFORK"}) {
    const Measured* least = nullptr;
    const Measured* most = nullptr;
    for (const Measured& each : all) {
      if (each.series != series) continue;
      if (least == nullptr || each.x < least->x) least = &each;
      if (most == nullptr || each.x > most->x) most = &each;
    }
    if (least == nullptr || most == least) continue;
    Measured slope{.chart = "slope", .series = series};
    for (std::size_t i = 0; i != std::min(least->samples.size(), most->samples.size()); ++i) {
      slope.samples.push_back((most->samples[i] - least->samples[i]) / 1e3 / ((most->x - least->x) / gibibyte));
    }
    result.push_back(std::move(slope));
  }
  return result;
}

// How many threads are made in the time of one fork, each round by its own threads. At the smallest parent only.
Measured ratio_of(const std::vector<Measured>& all) {
  const auto of_series = [&](const char* series) { return *std::ranges::find(all, series, &Measured::series); };
  const Measured thread = of_series("thread");
  const Measured fork = of_series("fork");
  Measured ratio{.chart = "ratio", .series = "fork"};
  for (std::size_t i = 0; i != fork.samples.size(); ++i) ratio.samples.push_back(fork.samples[i] / thread.samples[i]);
  return ratio;
}

// What is called huge here, and is not: the kernel may be told to give none, or have no whole ones left.
std::string note_of_huge_pages(std::size_t size) {
  try {
    if (huge_pages_of(::getpid()) >= 0.95 * static_cast<double>(size / mebibyte)) return {};
    return "fork, huge pages: of " + std::to_string(size / mebibyte) +
           " MiB the kernel made huge pages only in part, or not at all: set that point aside";
  } catch (const std::runtime_error& error) {
    return std::string("fork, huge pages: whether they are huge is not known: ") + error.what();
  }
}

std::vector<Measured> measure(const Scale& scale) {
  const std::vector<std::size_t> sizes = parent_sizes(scale);
  const Effort effort{.time = scale.time / static_cast<long>(2 * sizes.size())};
  std::vector<Measured> all;
  for (const std::size_t size : sizes) {
    const auto x = static_cast<double>(size);
    {
      const Ballast ballast(size);
      append(all, in_turn("parent",
                          {{"thread", x, Repeated(thread_and_join)},
                           {"fork", x, Repeated(fork_and_wait)},
                           {"vfork", x, Repeated(vfork_and_wait)},
                           {"posix_spawn", x, Repeated(spawn_and_wait)}},
                          effort));
      if (size != 0) {
        ballast.keep_from_children();
        append(all, in_turn("parent", {{"fork, MADV_DONTFORK", x, Repeated(fork_and_wait)}}, effort));
      }
    }
    if (size == 0) continue;
    const Ballast huge(size, Ballast::Pages::huge);
    append(all, in_turn("parent", {{"fork, huge pages", x, Repeated(fork_and_wait)}}, effort));
    all.back().note = note_of_huge_pages(size);
  }
  all.push_back(ratio_of(all));
  append(all, slopes(all));
  return all;
}

}  // namespace

Section startup_section() {
  return {.name = "startup",
          .title = "Starting one thread, or one process",
          .source = "startup.cpp",
          .charts = {{.name = "ratio",
                      .title = "Starting a process, counted in threads",
                      .unit = "threads",
                      .y_axis = Axis::linear,
                      .how_to_read =
                          "How many threads are made and joined, one after the other, in the time in which one process "
                          "is forked, ends and is waited for. The program is small; in a larger one see the next "
                          "picture. The two are measured in turn, and each pair gives one ratio."},
                     {.name = "parent",
                      .title = "Made, run empty, and waited for, in a parent of some size",
                      .x_label = "memory of the parent that was written to",
                      .x_quantity = Quantity::bytes,
                      .unit = "µs",
                      .x_axis = Axis::linear,
                      .how_to_read =
                          "A fork copies the page tables of its parent, not its memory: see how its line changes with "
                          "the memory that the parent has written to. Huge pages need one entry for 2 MiB in place of "
                          "512; memory that is kept from children (MADV_DONTFORK) needs none in the child; vfork and "
                          "posix_spawn borrow the parent's memory until the child runs another program. Thread, fork, "
                          "vfork and posix_spawn are measured in turn; parents of another size or kind are made one "
                          "after the other."},
                     {.name = "slope",
                      .title = "What a fork costs for each GiB of the parent",
                      .unit = "ms/GiB",
                      .y_axis = Axis::linear,
                      .how_to_read =
                          "From the smallest and the largest parent of the picture above: how much longer each fork "
                          "takes for each GiB that the program has written to. A pool forks once for each worker. A "
                          "slope whose range includes 0 cannot be told from noise."}},
          .measure = measure};
}

}  // namespace compare
