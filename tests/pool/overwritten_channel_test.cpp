// SPDX-License-Identifier: MIT
#include "pool/channel_vandal.hpp"
#include "pool/two_ends.hpp"
#include "support/deadline.hpp"

#include <multiprocessing/pool.hpp>

#include <chrono>
#include <random>

namespace multiprocessing::detail::overwritten_channel_test {
namespace {

long twice(long number) { return 2 * number; }
std::string text_of(long number) { return std::to_string(number); }

// Most words are right or nearly so: that gets further than garbage alone.
class Garbage {
 public:
  std::uint64_t word(std::uint64_t right) {
    switch (random_() % 32) {
      case 0:
        return random_();
      case 1:
        return random_() % 64;
      case 2:
        return right + random_() % 16;
      default:
        return right;
    }
  }
  std::uint64_t below(std::uint64_t limit) { return random_() % limit; }
  void fill(const ByteRing& ring) {
    for (std::size_t offset = 0; offset + sizeof(PieceHeader) <= ring.size_bytes();) {
      const PieceHeader header{static_cast<std::uint32_t>(below(16) == 0  ? random_()
                                                          : below(3) == 0 ? below(40)
                                                                          : 8),
                               static_cast<PieceKind>(below(16) == 0  ? random_()
                                                      : below(3) == 0 ? below(5)
                                                                      : 0)};
      std::memcpy(ring.at(offset), &header, sizeof header);
      const std::uint64_t step = round_up_to_8(sizeof header + header.bytes);
      offset += step < ring.size_bytes() ? step : 8;
    }
  }

 private:
  std::mt19937_64 random_{20231005};
};

void overwrite(Garbage& garbage, const Channel& channel, Turn turn) {
  ChannelWords& words = *channel.words;
  turn.claimed = static_cast<std::uint32_t>(garbage.word(turn.claimed));
  turn.offered = static_cast<std::uint32_t>(garbage.word(turn.offered));
  words.turn.store(turn.word());
  words.consumed.store(garbage.word(words.consumed));
  words.running.store(garbage.word(words.running));
  words.committed.store(garbage.word(words.committed + garbage.below(16) * 8));
  words.taken.store(garbage.word(words.taken));
  words.filled.store(garbage.word(words.filled));
  words.parked.store(static_cast<std::uint32_t>(garbage.word(0)));
  words.working_nanoseconds.store(garbage.word(0));
  words.waiting_nanoseconds.store(garbage.word(0));
  garbage.fill(channel.results);
}

TEST(OverwrittenChannel, IsNoticedOrGivesAnswersWhateverItHolds) {
  tests::set_deadline(std::chrono::seconds{200 + 40 * tests::patience});
  Garbage garbage;
  int noticed = 0;
  int passed = 0;
  for (int round = 0; round != 100'000; ++round) {
    TwoEnds ends;
    const bool fixed = garbage.below(2) == 0;
    const auto call = fixed ? ends.call<long>(twice, Keep::all) : ends.call<long>(text_of);
    const std::size_t frames = garbage.below(4);
    for (std::size_t frame = 0; frame != frames; ++frame) {
      ends.offer(ends.batch<long>(call, std::vector<long>(1 + garbage.below(5), 7)));
    }
    const std::size_t items = ends.slot.unanswered_items();

    overwrite(garbage, ends.channel,
              {static_cast<std::uint32_t>(garbage.below(frames + 1)), static_cast<std::uint32_t>(frames)});

    bool consistent = true;
    for (int step = 0; step != 4 && consistent; ++step) {
      if (garbage.below(2) == 0) consistent = ends.try_collect();
      if (garbage.below(4) == 0) ends.slot.recall();
      if (garbage.below(4) == 0 && ends.slot.can_offer(1000)) ends.offer(ends.batch<long>(call, {8}));
      if (garbage.below(4) == 0) ends.slot.stream();
      ends.slot.arm(garbage.below(2) == 0, garbage.below(2) == 0, garbage.below(2) == 0);
      (void)ends.slot.needs_attention(true);
      ASSERT_LE(ends.slot.unclaimed_items(), ends.slot.unanswered_items());
      ASSERT_LE(ends.answers.size() + ends.fixed_answers, items + 4);
    }
    consistent = ends.try_collect();
    const WorkerSlot::Remains remains = ends.slot.take_apart(!consistent);
    std::size_t left = remains.blamed ? 1 : 0;
    for (const Batch& batch : remains.rest) left += batch.count;
    ASSERT_LE(left + ends.answers.size() + ends.fixed_answers, call->table.expected());
    remains.overwritten ? ++noticed : ++passed;
  }

  EXPECT_GT(noticed, 10'000);
  EXPECT_GT(passed, 1'000);
}

std::vector<std::size_t> sizes_of_shared(const std::string& permissions) {
  std::vector<std::size_t> sizes;
  for (const Mapping& mapping : shared_mappings(permissions)) sizes.push_back(mapping.size_bytes());
  return sizes;
}

TEST(WorkersMaps, HoldItsOwnChannelAndTheParentsPageReadOnly) {
  Pool pool(3);

  const auto writable = pool.map([](int) { return sizes_of_shared("rw-"); }, std::vector<int>(6), 1);
  const auto read_only = pool.map([](int) { return sizes_of_shared("r--"); }, std::vector<int>(6), 1);

  for (const auto& sizes : writable) EXPECT_EQ(sizes, std::vector<std::size_t>{channel_bytes});
  for (const auto& sizes : read_only) EXPECT_EQ(sizes, std::vector<std::size_t>{4096});
}

// Item 0 overwrites everything that its worker can write of the channel while it runs.
struct Vandal {
  How how = How::zeros;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(how);
  }
  long operator()(long item) const {
    if (item != 0) return take_time(), item + 1;
    overwrite_own_channel(how);
    return 1;
  }
};

class TaskThatOverwritesItsChannel : public ::testing::TestWithParam<How> {};

TEST_P(TaskThatOverwritesItsChannel, LosesWhatItsWorkerHadAndNothingElse) {
  Pool pool(2);
  std::vector<long> items(50);
  for (std::size_t index = 0; index != items.size(); ++index) items[index] = static_cast<long>(index);

  const auto outcomes = pool.try_map(Vandal{GetParam()}, items, 1);

  std::size_t lost = 0;
  for (std::size_t index = 0; index != items.size(); ++index) {
    if (outcomes[index]) {
      EXPECT_EQ(outcomes[index].value(), items[index] + 1);
    } else {
      EXPECT_NE(outcomes[index].error_as<WorkerLost>(), nullptr) << outcomes[index].message();
      ++lost;
    }
  }
  EXPECT_GE(lost, 1U);
  EXPECT_LE(lost, 2U);
  EXPECT_EQ(pool.map([](long item) { return item + 1; }, items).size(), items.size());
  EXPECT_TRUE(tests::eventually([&] { return pool.worker_pids().size() == 2; }));
  EXPECT_EQ(pool.stats().lost, lost);
}

INSTANTIATE_TEST_SUITE_P(, TaskThatOverwritesItsChannel, ::testing::Values(How::zeros, How::ones, How::random),
                         [](const auto& how) { return name_of(how.param); });

}  // namespace
}  // namespace multiprocessing::detail::overwritten_channel_test
