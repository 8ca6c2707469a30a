// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/worker.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <stdexcept>

namespace multiprocessing {
namespace detail {

__extension__ using Uint128 = unsigned __int128;
using PhiloxBlock = std::array<std::uint64_t, 4>;

// Philox4x64-10 of Salmon et al., "Parallel random numbers: as easy as 1, 2, 3" (2011): a keyed mixing of a counter.
constexpr PhiloxBlock philox(PhiloxBlock counter, std::uint64_t key0, std::uint64_t key1) {
  for (int round = 0; round < 10; ++round) {
    const Uint128 product0 = Uint128{0xD2E7470EE14C6C93} * counter[0];
    const Uint128 product1 = Uint128{0xCA5A826395121157} * counter[2];
    counter = {static_cast<std::uint64_t>(product1 >> 64) ^ counter[1] ^ key0, static_cast<std::uint64_t>(product1),
               static_cast<std::uint64_t>(product0 >> 64) ^ counter[3] ^ key1, static_cast<std::uint64_t>(product0)};
    key0 += 0x9E3779B97F4A7C15;
    key1 += 0xBB67AE8584CAA73B;
  }
  return counter;
}

}  // namespace detail

// The random numbers of (seed, index): the same on every machine and in every process, whatever other streams are read.
// Streams of one seed never overlap: they are disjoint parts, of 2^64 numbers each, of one sequence.
// A UniformRandomBitGenerator. Copies continue alike; two are equal if the same count of numbers was drawn from both.
// The standard library's distributions may differ between implementations. Not for secrets. One thread at a time.
class RandomStream {
 public:
  using result_type = std::uint64_t;
  static constexpr result_type min() { return 0; }
  static constexpr result_type max() { return std::numeric_limits<result_type>::max(); }

  constexpr RandomStream(std::uint64_t seed, std::uint64_t index) : seed_(seed), index_(index) {}

  constexpr result_type operator()() {
    const std::size_t next = drawn_ % ready_.size();
    if (next == 0) make_ready();
    ++drawn_;
    return ready_[next];
  }

  // As if `count` numbers were drawn, in constant time.
  constexpr void discard(unsigned long long count) {
    drawn_ += count;
    if (drawn_ % ready_.size() != 0) make_ready();
  }

  friend constexpr bool operator==(const RandomStream& a, const RandomStream& b) {
    return a.seed_ == b.seed_ && a.index_ == b.index_ && a.drawn_ == b.drawn_;
  }

 private:
  constexpr void make_ready() { ready_ = detail::philox({drawn_ / ready_.size(), 0, 0, index_}, seed_, 0); }

  std::uint64_t seed_;
  std::uint64_t index_;
  std::uint64_t drawn_ = 0;
  detail::PhiloxBlock ready_{};
};

// The stream of `index`.
constexpr RandomStream random_stream(std::uint64_t seed, std::uint64_t index) { return RandomStream(seed, index); }

// The stream of the item that runs now: the same for any number of workers, chunk size and engine.
// std::logic_error outside a task.
inline RandomStream random_stream(std::uint64_t seed) {
  const auto index = item_index();
  if (!index) {
    throw std::logic_error(
        "random_stream(seed) was called outside a task, where there is no item: "
        "name the stream, random_stream(seed, index)");
  }
  return RandomStream(seed, *index);
}

}  // namespace multiprocessing
