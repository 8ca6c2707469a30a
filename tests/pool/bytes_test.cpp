// SPDX-License-Identifier: MIT
#include <multiprocessing/detail/bytes.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

namespace multiprocessing::detail::bytes_test {
namespace {

std::vector<std::uint8_t> counting(std::size_t size) {
  std::vector<std::uint8_t> bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(i % 251);
  return bytes;
}

std::vector<std::uint8_t> read_all(ByteSource& source, std::size_t piece_bytes) {
  std::vector<std::uint8_t> result(source.remaining_bytes());
  for (std::size_t at = 0; at < result.size(); at += piece_bytes) {
    source.read(result.data() + at, std::min(piece_bytes, result.size() - at));
  }
  return result;
}

Bytes bytes_of(const std::vector<std::uint8_t>& data, std::size_t piece_bytes) {
  Bytes bytes;
  BytesSink sink(bytes);
  for (std::size_t at = 0; at < data.size(); at += piece_bytes) {
    sink.write(data.data() + at, std::min(piece_bytes, data.size() - at));
    EXPECT_EQ(sink.written_bytes(), std::min(at + piece_bytes, data.size()));
  }
  sink.finish();
  return bytes;
}

TEST(Bytes, AreReadAsTheyWereWrittenInPiecesOfAnySize) {
  const auto data = counting(5000);
  for (const std::size_t written : {1u, 7u, 63u, 64u, 65u, 1000u, 5000u}) {
    const Bytes bytes = bytes_of(data, written);
    ASSERT_EQ(bytes.size_bytes(), data.size());
    for (const std::size_t read : {1u, 13u, 64u, 4999u, 5000u}) {
      BytesSource source(bytes);
      EXPECT_EQ(read_all(source, read), data) << written << " written at once, " << read << " read";
      EXPECT_EQ(source.remaining_bytes(), 0u);
    }
  }
}

TEST(Bytes, GrowByDoublingWithoutMovingWhatIsThere) {
  Bytes bytes;
  BytesSink sink(bytes);
  const std::uint64_t word = 7;
  for (int i = 0; i < 1 << 17; ++i) sink.write(&word, sizeof word);
  sink.finish();

  EXPECT_EQ(bytes.size_bytes(), std::size_t{1} << 20);
  EXPECT_LE(bytes.segment_count(), 17u);
  EXPECT_EQ(bytes.segment(0).capacity_bytes, 24u);
}

TEST(Bytes, TakeOneSegmentForWhatIsWrittenAtOnce) {
  const auto data = counting(100'000);
  Bytes bytes;

  bytes.append(data.data(), data.size());

  EXPECT_EQ(bytes.segment_count(), 1u);
  EXPECT_EQ(bytes.segment(0).capacity_bytes, data.size());
}

TEST(Bytes, AreLargeAndWholeOnHugePages) {
  const auto data = counting(std::size_t{9} << 20);
  Bytes bytes = bytes_of(data, data.size());

  BytesSource source(bytes);
  EXPECT_EQ(read_all(source, 1 << 16), data);
}

TEST(Bytes, GoOnAfterFinishAndAfterAppend) {
  const auto data = counting(300);
  Bytes bytes;
  bytes.append(data.data(), 100);
  BytesSink sink(bytes);
  sink.write(data.data() + 100, 100);
  sink.finish();
  sink.write(data.data() + 200, 100);
  EXPECT_EQ(sink.written_bytes(), 300u);
  sink.finish();

  BytesSource source(bytes);
  EXPECT_EQ(read_all(source, 300), data);
}

TEST(Bytes, AreEmptyAfterTheyWereMoved) {
  const auto data = counting(100);
  Bytes bytes;
  bytes.append(data.data(), data.size());
  Bytes taken = std::move(bytes);

  EXPECT_EQ(taken.size_bytes(), 100u);
  EXPECT_EQ(bytes.size_bytes(), 0u);  // NOLINT: what is promised about a moved object
  bytes.append(data.data(), 10);
  EXPECT_EQ(bytes.size_bytes(), 10u);
}

TEST(Bytes, KeepAPlaceThatIsFilledInLater) {
  Bytes bytes;
  BytesSink sink(bytes);
  sink.write("abc", 3);
  std::byte* place = sink.place(100);
  sink.write("xyz", 3);
  std::memset(place, '-', 100);
  sink.finish();

  BytesSource source(bytes);
  const auto read = read_all(source, 106);
  EXPECT_EQ(std::string(read.begin(), read.end()), "abc" + std::string(100, '-') + "xyz");
}

TEST(Bytes, ForgetWhatWasWrittenAfterARewind) {
  const auto data = counting(1000);
  for (const std::size_t kept : {0u, 1u, 63u, 64u, 65u, 999u, 1000u}) {
    Bytes bytes;
    BytesSink sink(bytes);
    for (const std::uint8_t byte : data) sink.write(&byte, 1);
    sink.rewind(kept);
    EXPECT_EQ(sink.written_bytes(), kept);
    sink.write(data.data() + kept, data.size() - kept);
    sink.finish();

    BytesSource source(bytes);
    EXPECT_EQ(read_all(source, 1000), data) << kept;
  }
}

TEST(Bytes, AreMalformedBeyondTheirEndAndLoseNothing) {
  const auto data = counting(200);
  const Bytes bytes = bytes_of(data, 10);
  std::vector<std::uint8_t> target(201);

  BytesSource source(bytes);
  EXPECT_THROW(source.read(target.data(), 201), MalformedBytes);
  EXPECT_EQ(read_all(source, 200), data);
  EXPECT_THROW(source.read(target.data(), 1), MalformedBytes);
  const volatile std::size_t far_beyond = SIZE_MAX;  // a constant would be a warning: nothing has that size
  EXPECT_THROW(source.read(target.data(), far_beyond), MalformedBytes);

  BytesSource memory(reinterpret_cast<const std::byte*>(data.data()), data.size());
  EXPECT_THROW(memory.read(target.data(), 201), MalformedBytes);
  EXPECT_EQ(read_all(memory, 7), data);
}

TEST(Bytes, AreReadFromNothing) {
  const Bytes bytes;
  BytesSource source(bytes);
  BytesSource memory(nullptr, 0);
  char target = 'x';

  source.read(&target, 0);
  EXPECT_EQ(source.remaining_bytes(), 0u);
  EXPECT_THROW(source.read(&target, 1), MalformedBytes);
  EXPECT_THROW(memory.read(&target, 1), MalformedBytes);
}

}  // namespace
}  // namespace multiprocessing::detail::bytes_test
