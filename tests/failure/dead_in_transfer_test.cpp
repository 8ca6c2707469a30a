// SPDX-License-Identifier: MIT
#include <multiprocessing/pool.hpp>

#include <gtest/gtest.h>
#include <signal.h>

#include <array>
#include <atomic>
#include <utility>
#include <vector>

#include "support/deadline.hpp"
#include "support/shared.hpp"

namespace multiprocessing::tests::dead_in_transfer_test {
namespace {

constexpr std::size_t items = 20;
constexpr std::size_t large = 3'000'000;

enum class Dies { never, decoding, after_half_of_a_large_argument, encoding, after_half_of_a_large_result, destroyed };

// Kills the worker that does to it what `dies` says; the program that made it only passes it on.
struct Fuse {
  Fuse() = default;
  Fuse(Dies when, int number_of_it) : dies(when), number(number_of_it) {}
  Fuse(const Fuse&) = default;
  Fuse(Fuse&& other) noexcept : dies(std::exchange(other.dies, Dies::never)), number(other.number) {}
  Fuse& operator=(const Fuse&) = default;
  Fuse& operator=(Fuse&& other) noexcept {
    dies = std::exchange(other.dies, Dies::never);
    number = other.number;
    return *this;
  }
  ~Fuse() { burn(Dies::destroyed); }
  void burn(Dies at) const {
    if (dies == at && worker_index()) raise(SIGKILL);
  }
  template <class Archive>
  void save(Archive& archive) const {
    archive(static_cast<int>(dies), number);
    burn(Dies::encoding);
    const bool is_large = dies == Dies::after_half_of_a_large_argument || dies == Dies::after_half_of_a_large_result;
    archive(std::vector<int>(is_large ? large : 0));
    burn(Dies::after_half_of_a_large_result);
    archive(std::vector<int>(is_large ? large : 0));
  }
  template <class Archive>
  void load(Archive& archive) {
    int when = 0;
    std::vector<int> content;
    archive(when, number);
    dies = static_cast<Dies>(when);
    burn(Dies::decoding);
    archive(content);
    burn(Dies::after_half_of_a_large_argument);
    archive(content);
  }
  Dies dies = Dies::never;
  int number = 0;
};

std::array<std::atomic<int>, items>* runs = nullptr;

Fuse pass_on(Fuse fuse) {
  ++runs->at(static_cast<std::size_t>(fuse.number));
  return fuse;
}

int take(const Fuse& fuse) {
  ++runs->at(static_cast<std::size_t>(fuse.number));
  return fuse.number;
}

std::vector<Fuse> fuses(Dies when, int which) {
  std::vector<Fuse> result;
  for (int number = 0; number != static_cast<int>(items); ++number) {
    result.emplace_back(number == which ? when : Dies::never, number);
  }
  return result;
}

// Before the pool, whose workers see the pointer as it was when they were forked.
class CountedRuns {
 protected:
  CountedRuns() { runs = runs_.get(); }

 private:
  Shared<std::array<std::atomic<int>, items>> runs_;
};

class DeadInTransfer : private CountedRuns, public ::testing::TestWithParam<Dies> {
 protected:
  Pool pool_{2};
};

TEST_P(DeadInTransfer, OnlyItsItemIsLostAndTheRestRanOnce) {
  const bool has_begun = GetParam() != Dies::decoding && GetParam() != Dies::after_half_of_a_large_argument;
  for (const long chunksize : {1L, 4L, 100L}) {
    auto outcomes = pool_.try_map(pass_on, fuses(GetParam(), 9), chunksize);

    for (std::size_t index = 0; index != items; ++index) {
      if (index == 9) continue;
      ASSERT_TRUE(outcomes[index]) << index << ' ' << chunksize << ": " << outcomes[index].message();
      EXPECT_EQ(outcomes[index].value().number, static_cast<int>(index));
      EXPECT_EQ((*runs)[index].exchange(0), 1) << index << ' ' << chunksize;
    }
    EXPECT_EQ((*runs)[9].exchange(0), has_begun ? 1 : 0);
    const auto* lost = outcomes[9].error_as<WorkerLost>();
    ASSERT_NE(lost, nullptr) << outcomes[9].message();
    EXPECT_EQ(lost->signal(), SIGKILL);
    EXPECT_EQ(lost->index(), 9u);
  }
  EXPECT_EQ(pool_.stats().lost, 3u);
}

TEST_P(DeadInTransfer, ApplyAsyncAndImapAreToldToo) {
  auto result = pool_.apply_async(pass_on, Fuse(GetParam(), 1));
  auto good = pool_.apply_async(pass_on, Fuse(Dies::never, 2));
  EXPECT_THROW(result.get(), WorkerLost);
  EXPECT_EQ(good.get().number, 2);

  auto results = pool_.imap(pass_on, fuses(GetParam(), 3));
  for (int number = 0; number != static_cast<int>(items); ++number) {
    if (number == 3) {
      EXPECT_THROW(results.next(), WorkerLost);
    } else {
      EXPECT_EQ(results.next().number, number);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(At, DeadInTransfer,
                         ::testing::Values(Dies::decoding, Dies::after_half_of_a_large_argument, Dies::encoding,
                                           Dies::after_half_of_a_large_result));

TEST_F(DeadInTransfer, AfterTheAnswerNobodyIsBlamed) {
  for (const long chunksize : {1L, 4L, 100L}) {
    const auto outcomes = pool_.try_map(take, fuses(Dies::destroyed, 9), chunksize);

    for (std::size_t index = 0; index != items; ++index) {
      EXPECT_TRUE(outcomes[index]) << index << ' ' << chunksize << ": " << outcomes[index].message();
      EXPECT_EQ((*runs)[index].exchange(0), 1) << index << ' ' << chunksize;
    }
  }
  EXPECT_EQ(pool_.stats().lost, 0u);
}

}  // namespace
}  // namespace multiprocessing::tests::dead_in_transfer_test
