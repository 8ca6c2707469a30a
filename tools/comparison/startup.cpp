// SPDX-License-Identifier: MIT
// A thread and a process that do nothing: what it takes to make one and to see it end, against the parent's size.
#include "memory.hpp"
#include "section.hpp"
#include "turns.hpp"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <thread>

namespace compare {
namespace {

double microseconds_of(double seconds) { return seconds * 1e6; }

double thread_and_join() {
  return microseconds_of(seconds([] { std::thread([] {}).join(); }));
}

void wait_for(pid_t child) {
  if (child < 0) throw std::system_error(errno, std::generic_category(), "fork");
  ::waitpid(child, nullptr, 0);
}

double fork_and_wait() {
  return microseconds_of(seconds([] {
    const pid_t child = ::fork();
    if (child == 0) ::_exit(0);
    wait_for(child);
  }));
}

double vfork_and_wait() {
  return microseconds_of(seconds([] {
    const pid_t child = ::vfork();
    if (child == 0) ::_exit(0);
    wait_for(child);
  }));
}

// Another program: what posix_spawn is for. It uses CLONE_VFORK, so that the parent's size does not count.
double spawn_and_wait() {
  return microseconds_of(seconds([] {
    pid_t child = -1;
    char name[] = "true";
    char* const arguments[] = {name, nullptr};
    char* const environment[] = {nullptr};
    const int error = ::posix_spawn(&child, "/bin/true", nullptr, nullptr, arguments, environment);
    if (error != 0) throw std::system_error(error, std::generic_category(), "posix_spawn of /bin/true");
    wait_for(child);
  }));
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
      slope.samples.push_back((most->samples[i] - least->samples[i]) / 1e3 / ((most->x - least->x) / 1024));
    }
    result.push_back(std::move(slope));
  }
  return result;
}

std::vector<Measured> measure(const Scale& scale) {
  const std::vector<std::size_t> sizes = parent_sizes(scale);
  const Effort effort{.time = scale.time / static_cast<long>(2 * sizes.size())};
  std::vector<Measured> all;
  for (const std::size_t size : sizes) {
    const auto x = static_cast<double>(size / mebibyte);
    {
      const Ballast ballast(size);
      append(all, in_turn("parent",
                          {{"thread", x, thread_and_join},
                           {"fork", x, fork_and_wait},
                           {"vfork", x, vfork_and_wait},
                           {"posix_spawn", x, spawn_and_wait}},
                          effort));
      if (size != 0) {
        ballast.keep_from_children();
        append(all, in_turn("parent", {{"fork, MADV_DONTFORK", x, fork_and_wait}}, effort));
      }
    }
    if (size == 0) continue;
    const Ballast huge(size, Ballast::Pages::huge);
    append(all, in_turn("parent", {{"fork, huge pages", x, fork_and_wait}}, effort));
  }
  append(all, slopes(all));
  return all;
}

}  // namespace

Section startup_section() {
  return {.name = "startup",
          .title = "Starting one thread, or one process",
          .source = "startup.cpp",
          .charts = {{.name = "parent",
                      .title = "Made, run empty, and waited for, in a parent of some size",
                      .x_label = "MiB of the parent's memory that were written to",
                      .unit = "us",
                      .x_axis = Axis::linear,
                      .how_to_read =
                          "A thread costs the same whatever the program holds. A fork copies the page tables of its "
                          "parent, not its memory: the line rises with the memory that the parent has written to. "
                          "With huge pages there are 512 times fewer entries to copy; memory that is kept from "
                          "children (MADV_DONTFORK) costs nothing; vfork and posix_spawn borrow the parent's memory "
                          "until the child runs another program, and copy nothing."},
                     {.name = "slope",
                      .title = "What a fork costs for each GiB of the parent",
                      .unit = "ms/GiB",
                      .y_axis = Axis::linear,
                      .how_to_read = "From the smallest and the largest parent of the picture above."}},
          .measure = measure};
}

}  // namespace compare
