// SPDX-License-Identifier: MIT
#include "payload_ways.hpp"

#include "repeated.hpp"

#include <multiprocessing/array.hpp>
#include <multiprocessing/fork_map.hpp>

#include <cstring>
#include <optional>
#include <span>

namespace compare {
namespace {

namespace mp = multiprocessing;
using Bytes = std::vector<unsigned char>;

constexpr std::size_t cache_line_bytes = 64;

void change(std::span<unsigned char> bytes) {
  for (std::size_t at = 0; at < bytes.size(); at += cache_line_bytes) ++bytes[at];
}

std::size_t sum_of(std::span<const unsigned char> bytes) {
  std::size_t sum = 0;
  for (std::size_t at = 0; at < bytes.size(); at += cache_line_bytes) sum += bytes[at];
  return sum;
}

Bytes changed(Bytes bytes) {
  change(bytes);
  return bytes;
}

// The worker of a pool that is made later has it, too.
std::optional<mp::Array<unsigned char>> shared_bytes;
void change_shared(std::size_t size) { change(shared_bytes->span().first(size)); }

}  // namespace

PayloadWorkers::SharedArray::SharedArray(std::size_t size_bytes) { shared_bytes.emplace(size_bytes); }

PayloadWorkers::PayloadWorkers(std::size_t largest_bytes) : array_(largest_bytes) {}

PayloadWorkers::~PayloadWorkers() { shared_bytes.reset(); }

PayloadWays::PayloadWays(std::size_t size, PayloadWorkers& workers)
    : size_(size), workers_(workers), payload_(size, 1), there_(size), back_(size) {
  there_.keep_from_children();
  back_.keep_from_children();
}

std::vector<Contender> PayloadWays::contenders() {
  const auto x = static_cast<double>(size_);
  return {{"memcpy", x, Repeated([this] { copy(); })},
          {"Pool, by value", x, Repeated([this] { by_value(); })},
          {"ThreadPool, by reference", x, Repeated([this] { by_reference(); })},
          {"fork_map, inherited", x, Repeated([this] { inherit(); })},
          {"Array, in place", x, Repeated([this] { in_place(); })}};
}

void PayloadWays::copy() {
  std::memcpy(there_.data(), payload_.data(), size_);
  keep(there_.data());
  change({there_.data(), size_});
  keep(there_.data());
  std::memcpy(back_.data(), there_.data(), size_);
  keep(back_.data());
}

void PayloadWays::by_value() {
  const Bytes result = workers_.processes().apply(changed, payload_);
  keep(result.data());
}

void PayloadWays::by_reference() {
  workers_.threads().apply([size = size_](const Ballast& bytes) { change({bytes.data(), size}); }, back_);
  keep(back_.data());
}

void PayloadWays::inherit() {
  const auto sums = mp::fork_map([this](int) { return sum_of(payload_); }, {0}, 1);
  keep(sums.data());
}

void PayloadWays::in_place() { workers_.processes().apply(change_shared, size_); }

}  // namespace compare
