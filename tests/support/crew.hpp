// SPDX-License-Identifier: MIT
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <random>
#include <vector>

#include "support/child_process.hpp"
#include "support/shared.hpp"

namespace multiprocessing::tests {

// What one of a crew tells whoever kills it, in memory that outlives it.
struct Pulse {
  std::atomic<std::uint64_t> steps;
  std::atomic<const char*> call;
  std::atomic<bool> is_to_leave;
  std::atomic<bool> has_failed;
};

// One process of a crew.
class Member {
 public:
  Member(Pulse& pulse, std::size_t which_life, std::uint64_t seed)
      : life(which_life), random(seed + which_life), pulse_(pulse) {}
  // The last call has come back, and this is the next one. False: leave.
  bool begins(const char* call);

  const std::size_t life;  // a number that no other one has or had
  std::mt19937_64 random;

 private:
  Pulse& pulse_;
};

// Processes that do as they are told, each in its place, and are killed at any moment and replaced. Each says before a
// call that it makes it, so that one that waits for ever is found: nobody else's death, and no replacement, may be what
// ends its wait.
class Crew {
 public:
  using Work = std::function<void(Member&)>;
  static constexpr std::size_t most_places = 12;

  Crew(std::uint64_t seed, std::vector<Work> works);  // in the order of their places
  void shoot(std::chrono::milliseconds duration);
  std::function<void(std::size_t place, std::size_t life)> on_reaped = [](std::size_t, std::size_t) {};
  // Each makes a step now, though nobody dies.
  void expect_steps();
  // These leave, as soon as what they wait for is there.
  void tell_to_leave(std::size_t first, std::size_t count);
  void expect_end(std::size_t first, std::size_t count);

  std::size_t lives() const { return lives_; }
  std::size_t deaths() const;
  std::size_t deaths(std::size_t place) const { return places_[place].deaths; }

 private:
  struct Place {
    Work work;
    std::unique_ptr<ChildProcess> child = {};
    std::size_t life = 0;
    std::size_t deaths = 0;
  };
  void start(std::size_t place);
  void replace(std::size_t place);

  const std::uint64_t seed_;
  const Shared<std::array<Pulse, most_places>> pulses_;
  std::vector<Place> places_;
  std::size_t lives_ = 0;
  std::mt19937_64 random_;
};

}  // namespace multiprocessing::tests
