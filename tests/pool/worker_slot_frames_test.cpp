// SPDX-License-Identifier: MIT
#include "pool/two_ends.hpp"

#include <multiprocessing/detail/exception_codec.hpp>
#include <multiprocessing/errors.hpp>

namespace multiprocessing::detail::worker_slot_frames_test {
namespace {

constexpr std::size_t ring_bytes = 4096;

std::function<void()> meanwhile;

struct Meanwhile {
  explicit Meanwhile(std::function<void()> action) { meanwhile = std::move(action); }
  ~Meanwhile() { meanwhile = nullptr; }
};

std::string same(const std::string& text) {
  if (meanwhile) meanwhile();
  return text;
}
std::string text_of(std::size_t size_bytes) {
  std::string text(size_bytes, ' ');
  for (std::size_t index = 0; index != size_bytes; ++index)
    text[index] = static_cast<char>('a' + (index + size_bytes) % 26);
  return text;
}
template <class T>
T next_of(long number) {
  if (meanwhile) meanwhile();
  return static_cast<T>(number + 1);
}

// Frames with one item of every size that is not streamed, two in the ring at a time: for each size the frame's begin
// and its end come by every distance from the ring's end.
TEST(Frames, OfEverySizePassAOnePageRing) {
  TwoEnds ends(ring_bytes);
  const auto call = ends.call<std::string>(same);
  std::vector<std::size_t> sizes;
  const std::size_t largest = ends.slot.limit_bytes() - 2 * sizeof(std::uint64_t);
  for (std::size_t size = 0; size <= largest; ++size) sizes.push_back(size * 7 % (largest + 1));
  std::size_t next = 0;
  const auto offer_next = [&] { ends.offer(ends.batch<std::string>(call, {text_of(sizes[next++])})); };
  const Meanwhile chain([&] {
    ends.collect();
    ASSERT_FALSE(ends.slot.is_streaming());
    if (next != sizes.size()) return offer_next();
    if (ends.slot.state == WorkerSlot::State::up) ends.slot.offer_leave();
  });
  offer_next();

  ends.worker.serve();
  ends.collect();

  ASSERT_EQ(ends.answers.size(), sizes.size());
  for (std::size_t index = 0; index != sizes.size(); ++index) {
    ASSERT_EQ(ends.value<std::string>(*call, index), text_of(sizes[index]));
  }
}

TEST(Frames, OfOneSizePassManyLapsWhateverTheRingsRest) {
  for (std::size_t size = 0; size < 960; size += 31) {
    TwoEnds ends(ring_bytes);
    const auto call = ends.call<std::string>(same);
    int left = 30;
    const auto offer_next = [&] { ends.offer(ends.batch<std::string>(call, {text_of(size), "", text_of(3)})); };
    const Meanwhile chain([&] {
      ends.collect();
      if (ends.slot.unclaimed_frames() != 0 || !ends.slot.can_offer(ends.slot.limit_bytes())) return;
      if (--left > 0) return offer_next();
      if (ends.slot.state == WorkerSlot::State::up) ends.slot.offer_leave();
    });
    if (3 * 16 + size + 3 > ends.slot.limit_bytes()) break;
    offer_next();

    ends.worker.serve();
    ends.collect();

    ASSERT_EQ(ends.answers.size(), 90U) << size;
    for (std::size_t index = 0; index != 90; index += 3)
      ASSERT_EQ(ends.value<std::string>(*call, index), text_of(size));
  }
}

template <class T>
class FixedValues : public ::testing::Test {};
using FixedTypes = ::testing::Types<std::int8_t, std::int16_t, std::int32_t, std::int64_t, long double>;
TYPED_TEST_SUITE(FixedValues, FixedTypes, );

// Taken many at a time, while the worker is in the midst of a frame and wherever the ring ends.
TYPED_TEST(FixedValues, ManyPassTheRingsEnd) {
  using T = TypeParam;
  TwoEnds ends(ring_bytes);
  const auto call = ends.call<long>(next_of<T>, Keep::all);
  std::vector<long> items(50);
  std::size_t ran = 0;
  std::size_t frames = 0;
  const auto offer_next = [&] {
    for (std::size_t index = 0; index != items.size(); ++index)
      items[index] = static_cast<long>((frames * 50 + index) % 100);
    ends.offer(ends.batch<long>(call, items));
    ++frames;
  };
  const Meanwhile chain([&] {
    if (++ran % 37 == 0) ends.collect();
    if (ran % 50 != 1) return;
    frames != 40 ? offer_next() : ends.slot.offer_leave();
  });
  offer_next();

  ends.worker.serve();
  ends.collect();

  ASSERT_EQ(ends.fixed_answers, 2000U);
  for (std::size_t index = 0; index != 2000; ++index) {
    T value{};
    ASSERT_TRUE(call->table.take_fixed(index, &value));
    ASSERT_EQ(value, static_cast<T>(index % 100 + 1));
  }
}

// Its first bytes are out in parts when saving it fails.
struct HalfWritten {
  std::size_t size_bytes = 0;
  template <class Archive>
  void save(Archive& archive) const {
    archive(text_of(size_bytes));
    if (size_bytes % 2 != 0) throw std::length_error("odd");
  }
  template <class Archive>
  void load(Archive& archive) {
    std::string text;
    archive(text);
    size_bytes = text.size();
  }
};
HalfWritten half_written(std::size_t size_bytes) { return {size_bytes}; }

TEST(Frames, AHalfWrittenAnswerIsVoidAndTheNextOneIsWhole) {
  for (const std::size_t size : {1UL, 901UL, 1101UL, 2001UL, 2501UL}) {
    TwoEnds ends(ring_bytes);
    const auto call = ends.call<std::size_t>(half_written);
    ends.offer(ends.batch<std::size_t>(call, {size, 100}));

    ends.serve_until_leave();

    ASSERT_EQ(ends.answers.size(), 2U);
    const ByteAnswer& failed = ends.answers.at({call.get(), 0});
    ASSERT_EQ(failed.kind, ByteAnswer::Kind::exception);
    BytesSource source(failed.bytes);
    EXPECT_THROW(std::rethrow_exception(decode_exception(source)), MaybeEncodingError) << size;
    EXPECT_EQ(ends.value<HalfWritten>(*call, 1).size_bytes, 100U);
  }
}

TEST(Frames, AWorkerThatIsUpHasAPidBeforeTheForkServerSaysSo) {
  const TwoEnds ends(ring_bytes);
  EXPECT_EQ(ends.slot.state, WorkerSlot::State::up);
  EXPECT_EQ(ends.slot.pid, getpid());
}

// The parent found no room, and before it sleeps there is some: nobody will ring for that any more.
TEST(Frames, RoomThatComesWhileTheParentGoesToSleepIsNoticed) {
  TwoEnds ends(ring_bytes);
  const auto call = ends.call<std::string>(same);
  while (ends.slot.can_offer(ends.slot.limit_bytes())) ends.offer(ends.batch<std::string>(call, {text_of(500)}));
  const auto goes_to_sleep = [&] {
    ends.slot.arm(true, true, true);
    return !ends.slot.needs_attention(true);
  };
  EXPECT_TRUE(goes_to_sleep());

  ends.serve_until_leave();

  EXPECT_FALSE(goes_to_sleep());
  ends.slot.forget_wants();
  EXPECT_TRUE(goes_to_sleep()) << "nobody asks for room any more";
}

// The worker's end is moved by hand: what it reads goes by one word.
TEST(Frames, AStreamedFrameFollowsTheRoomThatTheWorkerMakes) {
  TwoEnds ends(ring_bytes);
  const auto call = ends.call<std::string>(same);
  const std::string text = text_of(20'000);
  ends.offer(ends.batch<std::string>(call, {text}));
  ASSERT_TRUE(ends.slot.is_streaming());
  EXPECT_FALSE(ends.slot.can_offer(0));
  ChannelWords& words = *ends.channel.words;
  FrameHeader header;
  std::memcpy(&header, ends.channel.tasks.at(0), sizeof header);
  EXPECT_EQ(header.kind, FrameKind::streamed_work);

  std::string arrived;
  std::uint64_t position = sizeof header;
  for (std::size_t read = 1; arrived.size() != header.bytes; read = read * 3 % 1009 + 1) {
    for (; position != words.filled && read != 0; ++position, --read) {
      arrived.push_back(static_cast<char>(*ends.channel.tasks.at(position)));
    }
    ASSERT_LE(words.filled - words.consumed, ring_bytes);
    words.consumed = position;
    ends.slot.stream();
  }

  EXPECT_FALSE(ends.slot.is_streaming());
  EXPECT_EQ(words.filled, position);
  EXPECT_EQ(arrived.substr(arrived.size() - text.size()), text);
}

TEST(Frames, AStreamedFrameThatIsTakenBackMidwayIsForgotten) {
  TwoEnds ends(ring_bytes);
  const auto call = ends.call<std::string>(same);
  ends.offer(ends.batch<std::string>(call, {"first"}));
  ends.offer(ends.batch<std::string>(call, {text_of(20'000)}));
  const Meanwhile once([&] {
    if (!ends.slot.is_streaming()) return;
    EXPECT_EQ(ends.slot.recall().size(), 1U);
    EXPECT_FALSE(ends.slot.is_streaming());
    ends.offer(ends.batch<std::string>(call, {"second"}));
    ends.slot.offer_leave();
  });

  ends.worker.serve();
  ends.collect();

  EXPECT_EQ(ends.value<std::string>(*call, 0), "first");
  EXPECT_EQ(ends.value<std::string>(*call, 2), "second");
}

}  // namespace
}  // namespace multiprocessing::detail::worker_slot_frames_test
