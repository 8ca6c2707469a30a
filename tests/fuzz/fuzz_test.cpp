// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <cstring>

#include "fuzz/allocation_meter.hpp"
#include "fuzz/corpus.hpp"
#include "fuzz/fuzz_target.hpp"
#include "fuzz/mutations.hpp"
#include "support/child_process.hpp"
#include "support/settings.hpp"
#include "support/shared.hpp"

// Each target first gets every file of its folder in tests/fuzz/corpus and every valid sample, then mutations of these
// for a bounded time. It runs in a child, so that an input is known whatever becomes of who took it: a failure prints
// it as hexadecimal. Put that into a file of the corpus, named for what it shows, with a first line that says so; it
// runs ever after. To look longer, and to look again:
//
//   MULTIPROCESSING_FUZZ_SECONDS=3600 MULTIPROCESSING_FUZZ_SEED=7 build/asan/tests/tests_fuzz
//
// What a target makes of its input is said in channel_script.hpp and in fuzz_values.cpp; one that takes other bytes is
// declared in fuzz_target.hpp and gets a folder and a line below.

namespace multiprocessing::tests::fuzz_test {
namespace {

constexpr std::uint64_t most_allocated_for_one = std::uint64_t{256} << 20;

// What is being tried, for who looks after it was too much.
struct Trial {
  std::atomic<std::uint64_t> count;
  std::size_t size_bytes;
  std::byte bytes[std::size_t{64} << 10];
  char name[100];
  char finding[300];
};

template <std::size_t n>
void store(char (&to)[n], const std::string& text) {
  std::strncpy(to, text.c_str(), n - 1);
}

void try_one(Trial& trial, const FuzzTarget& target, const std::string& name, const Input& input) {
  if (input.size() > sizeof trial.bytes) throw std::length_error(name + " is too long");
  store(trial.name, name);
  std::copy(input.begin(), input.end(), trial.bytes);
  trial.size_bytes = input.size();
  ++trial.count;
  limit_allocated_bytes(allocated_bytes() + most_allocated_for_one);
  try {
    target.run(input);
  } catch (const std::exception& error) {
    store(trial.finding, error.what());
    throw;
  }
  limit_allocated_bytes(UINT64_MAX);
}

void expect_to_survive(const FuzzTarget& target) {
  const std::chrono::seconds duration(setting("MULTIPROCESSING_FUZZ_SECONDS", 3));
  const std::uint64_t seed = setting("MULTIPROCESSING_FUZZ_SEED", static_cast<std::uint64_t>(std::time(nullptr)));
  const std::chrono::seconds deadline = duration + std::chrono::seconds(20 * patience);
  set_deadline(2 * deadline);
  const Shared<Trial> trial;

  const ChildResult result = run_in_child(
      [&] {
        const auto end = std::chrono::steady_clock::now() + duration;
        std::vector<Input> originals;
        for (auto& [name, input] : read_corpus(target.name)) {
          try_one(*trial, target, name, input);
          originals.push_back(input);
        }
        for (Input& sample : target.samples()) {
          try_one(*trial, target, "a valid sample", sample);
          originals.push_back(std::move(sample));
        }
        Mutations mutations(seed, std::move(originals));
        const std::string name = "a mutation, seed " + std::to_string(seed);
        while (std::chrono::steady_clock::now() < end) try_one(*trial, target, name, mutations.next());
      },
      deadline);

  EXPECT_EQ(result.exit_code, 0) << target.name << ", input " << trial->count << " (" << trial->name
                                 << "): " << trial->finding << '\n'
                                 << to_hexadecimal({trial->bytes, trial->size_bytes}) << result;
  std::printf("%s: %llu inputs, seed %llu\n", target.name, static_cast<unsigned long long>(trial->count),
              static_cast<unsigned long long>(seed));
}

TEST(ArbitraryBytes, InAChannelEndNoItemTwiceAndNoneThatWasNotHandedOut) { expect_to_survive(channel_target); }
TEST(ArbitraryBytes, AreNoExceptionOrAMalformedOne) { expect_to_survive(exception_target); }
TEST(ArbitraryBytes, AreNoValueOrOneOfTheSizeThatArrived) { expect_to_survive(value_target); }

TEST(ArbitraryBytes, TakeTheFormInWhichTheCorpusIsWritten) {
  EXPECT_EQ(from_hexadecimal("# 00\n0a ff\t10 # 11\n2B2c\n"), from_hexadecimal("0aFF102b2C"));
  EXPECT_EQ(to_hexadecimal(from_hexadecimal("0aff10")), "0a ff 10\n");
  EXPECT_THROW(from_hexadecimal("0"), std::runtime_error);
  EXPECT_THROW(from_hexadecimal("0x"), std::exception);
}

}  // namespace
}  // namespace multiprocessing::tests::fuzz_test
