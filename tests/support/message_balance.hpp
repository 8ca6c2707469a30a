// SPDX-License-Identifier: MIT
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <random>
#include <string>
#include <vector>

#include "support/crew.hpp"
#include "support/shared.hpp"

namespace multiprocessing::tests {

// Each life of a putter puts the messages 0, 1, 2, … of its own, of a few bytes or up to most_bytes,
// and notes when it begins and when it has put one; getters note what they got, and look whether it comes in order.
class MessageBalance {
 public:
  static constexpr std::size_t most_lives = 3'000;
  static constexpr std::uint32_t most_messages = 3'000;  // of one life

  explicit MessageBalance(std::size_t most_bytes) : most_bytes_(most_bytes) {}

  // Until the member is told to leave. put(text) says whether it has.
  template <class Put>
  void put_all(Member& member, Put put) const {
    for (std::uint32_t number = 0; number != most_messages && member.life < most_lives;) {
      if (!member.begins("put")) return;
      ledger_->begun[member.life] = number + 1;
      if (!put(text_of_message(member.life, number))) continue;
      ledger_->put[member.life] = ++number;
    }
    while (member.begins("put filler")) (void)put(filler);  // so that no getter waits in vain
  }
  // Until `end` comes. get() gives a text, or `none`.
  template <class Get>
  void get_all(Member& member, Get get) const {
    std::vector<std::uint32_t> next(most_lives);
    while (member.begins("get")) {
      const std::string text = get();
      if (text == none || text == filler) continue;
      if (text == end) return;
      Name name{};
      ASSERT_GE(text.size(), sizeof name);
      std::memcpy(&name, text.data(), sizeof name);
      ASSERT_LT(name.life, most_lives);
      ASSERT_LT(name.number, most_messages);
      ASSERT_TRUE(text == text_of_message(name.life, name.number)) << "message " << name.number << " is damaged";
      ASSERT_GE(name.number, next[name.life]) << "out of order";
      ASSERT_LT(name.number, ledger_->begun[name.life]);
      next[name.life] = name.number + 1;
      ASSERT_EQ(ledger_->got[name.life][name.number]++, 0) << "twice";
    }
  }

  struct Sums {
    std::size_t got = 0;
    std::size_t missing = 0;   // though they were put
    std::size_t half_put = 0;  // by one that was killed, and got nevertheless
  };
  Sums sums() const {
    Sums sums;
    for (std::size_t life = 0; life != most_lives; ++life) {
      for (std::uint32_t number = 0; number != ledger_->begun[life]; ++number) {
        const bool is_got = ledger_->got[life][number] != 0;
        const bool is_put = number < ledger_->put[life];
        sums.got += is_got ? 1 : 0;
        sums.missing += is_put && !is_got ? 1 : 0;
        sums.half_put += !is_put && is_got ? 1 : 0;
      }
    }
    return sums;
  }

  static constexpr const char* end = "end";
  static constexpr const char* none = "";
  static constexpr const char* filler = "filler";

 private:
  struct Name {
    std::uint32_t life;
    std::uint32_t number;
  };
  struct Ledger {
    std::array<std::atomic<std::uint32_t>, most_lives> begun;
    std::array<std::atomic<std::uint32_t>, most_lives> put;
    std::array<std::array<std::atomic<std::uint8_t>, most_messages>, most_lives> got;
  };
  std::string text_of_message(std::size_t life, std::uint32_t number) const {
    std::mt19937 random(static_cast<std::uint32_t>(life * most_messages + number));
    const auto kind = random() % 100;
    const std::size_t most = kind < 60 ? 100 : kind < 85 ? 5'000 : kind < 96 ? 100'000 : most_bytes_;
    const Name name{static_cast<std::uint32_t>(life), number};
    std::string text(sizeof name + random() % std::min(most, most_bytes_), static_cast<char>('a' + random() % 26));
    std::memcpy(text.data(), &name, sizeof name);
    return text;
  }

  const std::size_t most_bytes_;
  const Shared<Ledger> ledger_;
};

}  // namespace multiprocessing::tests
