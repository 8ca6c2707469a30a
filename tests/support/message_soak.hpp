// SPDX-License-Identifier: MIT
#pragma once

#include <gtest/gtest.h>

#include <cstdio>
#include <utility>
#include <vector>

#include "support/message_balance.hpp"

namespace multiprocessing::tests {

// Putters and getters of messages, any of which is killed at any time. put(random, text) says whether it has put it,
// get(random) gives a text or MessageBalance::none. Gives how many getters were killed.
template <class Put, class Get>
std::size_t soak_messages(std::uint64_t seed, std::size_t most_bytes, Put put, Get get,
                          std::vector<Crew::Work> others = {}) {
  using namespace std::chrono_literals;
  constexpr std::size_t putters = 3;
  constexpr std::size_t getters = 3;
  const MessageBalance balance(most_bytes);
  std::vector<Crew::Work> works = std::move(others);
  const std::size_t first = works.size();
  for (std::size_t putter = 0; putter != putters; ++putter) {
    works.push_back([&](Member& member) {
      balance.put_all(member, [&](const std::string& text) { return put(member.random, text); });
    });
  }
  for (std::size_t getter = 0; getter != getters; ++getter) {
    works.push_back([&](Member& member) { balance.get_all(member, [&] { return get(member.random); }); });
  }
  Crew crew(seed, std::move(works));
  for (int times = 0; times != 3 && !::testing::Test::HasFailure(); ++times) {
    crew.shoot(250ms);
    crew.expect_steps();
  }
  if (::testing::Test::HasFailure()) return 0;
  crew.tell_to_leave(0, first + putters);
  crew.expect_end(0, first + putters);
  std::mt19937_64 random(seed);
  for (std::size_t getter = 0; getter != getters; ++getter) {
    while (!put(random, MessageBalance::end)) continue;
  }
  crew.expect_end(first + putters, getters);

  std::size_t putter_deaths = 0;
  std::size_t getter_deaths = 0;
  for (std::size_t place = 0; place != putters; ++place) putter_deaths += crew.deaths(first + place);
  for (std::size_t place = 0; place != getters; ++place) getter_deaths += crew.deaths(first + putters + place);
  const MessageBalance::Sums sums = balance.sums();
  EXPECT_LE(sums.missing, getter_deaths);
  EXPECT_LE(sums.half_put, putter_deaths);
  EXPECT_GT(sums.got, sums.missing);
  std::printf("%zu got, %zu deaths of putters, %zu of getters, %zu missing, %zu of dead putters\n", sums.got,
              putter_deaths, getter_deaths, sums.missing, sums.half_put);
  return getter_deaths;
}

}  // namespace multiprocessing::tests
