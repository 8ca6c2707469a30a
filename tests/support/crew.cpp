// SPDX-License-Identifier: MIT
#include "support/crew.hpp"

#include <gtest/gtest.h>
#include <signal.h>

#include <thread>

#include "support/soak_setting.hpp"

namespace multiprocessing::tests {

using namespace std::chrono_literals;

bool Member::begins(const char* call) {
  if (::testing::Test::HasFailure()) pulse_.has_failed = true;
  pulse_.call = call;
  ++pulse_.steps;
  return !pulse_.is_to_leave && !pulse_.has_failed;
}

Crew::Crew(std::uint64_t seed, std::vector<Work> works) : seed_(seed), random_(seed) {
  for (Work& work : works) places_.push_back({std::move(work)});
  for (std::size_t place = 0; place != places_.size(); ++place) start(place);
}

void Crew::start(std::size_t place) {
  places_[place].life = lives_++;
  places_[place].child = std::make_unique<ChildProcess>([this, place] {
    Member member((*pulses_)[place], places_[place].life, seed_);
    places_[place].work(member);
  });
}

void Crew::replace(std::size_t place) {
  ChildProcess& child = *places_[place].child;
  child.kill(SIGKILL);
  const ChildResult result = child.wait(longest_call);
  EXPECT_EQ(result.signal, SIGKILL) << "seed " << seed_ << ": " << result;
  EXPECT_FALSE((*pulses_)[place].has_failed) << "seed " << seed_ << ": before it was killed; " << result;
  ++places_[place].deaths;
  on_reaped(place, places_[place].life);
  start(place);
}

void Crew::shoot(std::chrono::milliseconds duration) {
  const auto end = std::chrono::steady_clock::now() + duration;
  while (std::chrono::steady_clock::now() < end && !::testing::Test::HasFailure()) {
    std::this_thread::sleep_for(std::chrono::microseconds(random_() % 4'000));
    replace(random_() % places_.size());
  }
}

void Crew::expect_steps() {
  for (std::size_t place = 0; place != places_.size(); ++place) {
    const Pulse& pulse = (*pulses_)[place];
    // The call that is under way may have begun long ago; the one after it has not.
    const std::uint64_t enough = pulse.steps + 2;
    if (eventually([&] { return pulse.steps >= enough; }, longest_call)) continue;
    hangs(seed_, pulse.call);
    ADD_FAILURE() << places_[place].child->wait(0ms);
    return;
  }
}

void Crew::tell_to_leave(std::size_t first, std::size_t count) {
  for (std::size_t place = first; place != first + count; ++place) (*pulses_)[place].is_to_leave = true;
}

void Crew::expect_end(std::size_t first, std::size_t count) {
  for (std::size_t place = first; place != first + count; ++place) {
    const ChildResult result = places_[place].child->wait(longest_call);
    if (result.timed_out) hangs(seed_, (*pulses_)[place].call);
    EXPECT_EQ(result.exit_code, 0) << "seed " << seed_ << ": " << result;
  }
}

std::size_t Crew::deaths() const {
  std::size_t sum = 0;
  for (const Place& place : places_) sum += place.deaths;
  return sum;
}

}  // namespace multiprocessing::tests
