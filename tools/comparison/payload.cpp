// SPDX-License-Identifier: MIT
// The same bytes brought to a worker in five ways. Each task changes, or reads, one byte of each cache line of them.
#include "memory.hpp"
#include "payload_ways.hpp"
#include "section.hpp"
#include "turns.hpp"

#include <algorithm>
#include <exception>

namespace compare {
namespace {

constexpr std::size_t largest_bytes = 256 * mebibyte;
constexpr std::size_t least_with_bandwidth = 64 * 1024;
// By value a payload is in six places at most; beside it are the buffers of those that do not send it.
constexpr std::size_t copies = 10;

// By powers of 4; of 16 where that is too many.
std::vector<std::size_t> payload_sizes(const Scale& scale) {
  const std::size_t most = std::min(largest_bytes, scale.memory_bytes / copies);
  std::vector<std::size_t> sizes;
  for (std::size_t size = 1; size <= most; size *= scale.quick && size < 16 * mebibyte ? 16 : 4) sizes.push_back(size);
  return sizes;
}

constexpr bool is_huge(std::size_t size) { return size >= 64 * mebibyte; }
// The larger a payload, the longer its share of the time.
long share_of(std::size_t size) {
  if (is_huge(size)) return static_cast<long>(size / (8 * mebibyte));
  return size < mebibyte ? 2 : 4;
}

// GB of the payload in a second, for those that are more than the way there.
std::vector<Measured> bandwidths(const std::vector<Measured>& times) {
  std::vector<Measured> result;
  for (const Measured& time : times) {
    if (time.x < static_cast<double>(least_with_bandwidth)) continue;
    const auto gigabytes_per_second = [&](double us) { return time.x / us / 1e3; };
    Measured bandwidth{.chart = "bandwidth", .series = time.series, .x = time.x};
    if (time.cold) bandwidth.cold = gigabytes_per_second(*time.cold);
    std::ranges::transform(time.samples, std::back_inserter(bandwidth.samples), gigabytes_per_second);
    result.push_back(std::move(bandwidth));
  }
  return result;
}

// All sizes, as far as the time reaches: how long a round of a huge one will take is seen from the one before.
std::vector<Measured> times(const Scale& scale, const std::vector<std::size_t>& sizes) {
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + scale.time;
  long shares = 0;
  for (const std::size_t size : sizes) shares += share_of(size);
  PayloadWorkers workers(sizes.back());
  std::vector<Measured> all;
  std::chrono::duration<double> round{0};
  std::size_t last = 0;
  for (const std::size_t size : sizes) {
    const auto begin = Clock::now();
    const std::size_t least_samples = is_huge(size) ? 1 : 3;
    if (is_huge(size) && last != 0 &&
        round * (size / last) * (least_samples + 1) > 1.2 * (end - begin) + 0.3 * scale.time) {
      all.back().note = "payloads of " + std::to_string(size / mebibyte) + " MiB and more would take too long here";
      break;
    }
    const auto share = std::max<std::chrono::nanoseconds>(end - begin, {}) * share_of(size) / shares;
    shares -= share_of(size);
    try {
      PayloadWays ways(size, workers);
      append(all, in_turn("time", ways.contenders(), {.time = share, .least_samples = least_samples}));
    } catch (const std::exception& error) {
      const std::string what = std::to_string(size) + " bytes: " + error.what();
      all.push_back({.chart = "time", .series = "memcpy", .x = static_cast<double>(size), .note = what});
      break;
    }
    round = (Clock::now() - begin) / static_cast<double>(1 + all.back().samples.size());
    last = size;
  }
  return all;
}

std::vector<Measured> measure(const Scale& scale) {
  std::vector<Measured> all = times(scale, payload_sizes(scale));
  append(all, bandwidths(all));
  return all;
}

}  // namespace

Section payload_section() {
  return {
      .name = "payload",
      .title = "Bringing bytes to a worker",
      .source = "payload.cpp",
      .charts = {{.name = "time",
                  .title = "One task with a payload, from the call until its result is there",
                  .x_label = "size of the payload",
                  .x_quantity = Quantity::bytes,
                  .unit = "µs",
                  .how_to_read = "Each task touches one byte of every cache line of its payload; what differs is "
                                 "how it gets there. By value, a Pool copies the bytes into shared memory, out of "
                                 "it in the worker, and the same way back. By reference, a thread gets an address. "
                                 "Inherited, a worker is forked for this one call and has its caller's memory "
                                 "already: page tables are copied, not bytes, and only the input comes this way. "
                                 "In place, a Pool's worker changes an Array that both processes have mapped, and "
                                 "is sent only its size. memcpy copies the payload there and back in one thread, "
                                 "as an echo by value has to. If the line of the Pool crosses that of fork_map, "
                                 "sending the input costs more than forking from there on."},
                 {.name = "bandwidth",
                  .title = "The same, as bytes of the payload in a second",
                  .x_label = "size of the payload",
                  .x_quantity = Quantity::bytes,
                  .unit = "GB/s",
                  .how_to_read = "The payload divided by the time above, from 64 KiB on; there and back counts "
                                 "once. Ways that move nothing touch the memory where it lies; memcpy moves the "
                                 "payload twice. How fast memory is touched depends on whether it fits the caches."}},
      .measure = measure};
}

}  // namespace compare
