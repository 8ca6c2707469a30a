// SPDX-License-Identifier: MIT
#include <multiprocessing/detail/pool_core.hpp>

#include <numeric>

#include "pool/two_ends.hpp"

namespace multiprocessing::detail::chunk_writer_test {
namespace {

// Keeps what is handed over.
class Recipient final : public ByteCore {
 public:
  std::shared_ptr<ByteCall> begin(PreparedFunction, const CallSettings&) override { return nullptr; }
  void submit(ByteCall&, Chunk chunk, bool is_last) override {
    if (std::exchange(lacks_memory, false)) throw std::bad_alloc();
    EXPECT_EQ(chunk.first, items());
    counts.push_back(chunk.count);
    sizes_bytes.push_back(chunk.bytes.size_bytes());
    memory = chunk.bytes.segment(0).data.get();
    ended = ended || is_last;
  }
  void refuse(ByteCall&, std::exception_ptr reason) override {
    try {
      std::rethrow_exception(reason);
    } catch (const PicklingError& error) {
      refusals.emplace_back(error.what());
    }
    counts.push_back(1);
  }
  void end_input(ByteCall&) noexcept override { ended = was_ended_alone = true; }
  long default_buffersize(long) const override { return 1; }
  void close() override {}
  void terminate() override {}
  bool join(Deadline) override { return true; }
  int processes() const override { return 1; }
  std::vector<pid_t> worker_pids() const override { return {}; }
  PoolStats stats() const override { return {}; }
  bool inherited() const override { return false; }
  void leave_scope() noexcept override {}

  std::size_t items() const { return std::accumulate(counts.begin(), counts.end(), std::size_t{0}); }

  std::vector<std::size_t> counts;
  std::vector<std::size_t> sizes_bytes;
  std::vector<std::string> refusals;
  const void* memory = nullptr;  // of the last chunk
  bool ended = false;
  bool was_ended_alone = false;
  bool lacks_memory = false;
};

long same(long item) { return item; }

class ChunkWriterTo : public ::testing::Test {
 protected:
  static void write(ChunkWriter& writer, std::size_t size_bytes) {
    const std::vector<std::byte> bytes(size_bytes);
    writer.begin_item().write(bytes.data(), bytes.size());
    writer.end_item();
  }
  TwoEnds ends_;  // makes the call
  const std::shared_ptr<GroupCall> call_ = ends_.call<long>(same);
  Recipient recipient_;
};

TEST_F(ChunkWriterTo, ChunksGrowFromOneItemSoThatTheFirstOnesStartAtOnce) {
  ChunkWriter writer(recipient_, *call_, 0);
  for (int item = 0; item != 2000; ++item) write(writer, 10);
  writer.end();
  EXPECT_EQ(recipient_.counts, (std::vector<std::size_t>{1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 512, 465}));
  EXPECT_TRUE(recipient_.ended);
}

TEST_F(ChunkWriterTo, AChunkOfLargeItemsEndsAt256KiB) {
  ChunkWriter writer(recipient_, *call_, 0);
  for (int item = 0; item != 20; ++item) write(writer, 100'000);
  writer.end();
  EXPECT_EQ(recipient_.items(), 20U);
  for (const std::size_t size : recipient_.sizes_bytes) EXPECT_LT(size, (256U << 10) + 100'008U);
}

TEST_F(ChunkWriterTo, ItemsOfFixedSizeAreWrittenAsOneRunWithoutLengths) {
  const std::vector<long> items(100'000, 3);
  ChunkWriter writer(recipient_, *call_, sizeof(long));
  writer.write_run(items.data(), items.size(), typeid(long));
  writer.end();
  EXPECT_EQ(recipient_.items(), items.size());
  EXPECT_EQ(std::accumulate(recipient_.sizes_bytes.begin(), recipient_.sizes_bytes.end(), std::size_t{0}),
            items.size() * sizeof(long));
}

TEST_F(ChunkWriterTo, ARunThatIsLentIsHandedOverWholeWithoutACopy) {
  const std::vector<long> items(100'000, 3);
  ChunkWriter writer(recipient_, *call_, sizeof(long));
  writer.lend_run(items.data(), items.size());
  writer.end();
  EXPECT_EQ(recipient_.counts, (std::vector<std::size_t>{items.size()}));
  EXPECT_EQ(recipient_.memory, items.data());
}

// Else an apply would take the pool's lock once more, and would wake a thread for work that its caller waits for.
TEST_F(ChunkWriterTo, ASingleItemIsHandedOverWithTheEndOfTheInput) {
  ChunkWriter writer(recipient_, *call_, 0, true);
  write(writer, 10);
  EXPECT_TRUE(recipient_.counts.empty());
  writer.end();
  EXPECT_EQ(recipient_.counts, (std::vector<std::size_t>{1}));
  EXPECT_FALSE(recipient_.was_ended_alone);
}

TEST_F(ChunkWriterTo, AnItemThatCannotBeWrittenIsRefusedBehindTheOnesBeforeIt) {
  ChunkWriter writer(recipient_, *call_, 0);
  for (int item = 0; item != 4; ++item) write(writer, 10);
  writer.begin_item().write(std::array<std::byte, 5>{}.data(), 5);
  writer.refuse_item(std::make_exception_ptr(std::runtime_error("no way")), typeid(long));
  write(writer, 10);
  writer.end();
  EXPECT_EQ(recipient_.counts, (std::vector<std::size_t>{1, 2, 1, 1, 1}));
  ASSERT_EQ(recipient_.refusals.size(), 1U);
  EXPECT_NE(recipient_.refusals[0].find("no way"), std::string::npos) << recipient_.refusals[0];
}

TEST_F(ChunkWriterTo, AChunkThatWasRefusedForLackOfMemoryIsNotHandedOverAgain) {
  ChunkWriter writer(recipient_, *call_, 0);
  write(writer, 10);
  recipient_.lacks_memory = true;
  write(writer, 10);
  EXPECT_THROW(write(writer, 10), std::bad_alloc);
  EXPECT_EQ(writer.items(), 1U);
  writer.end();
  EXPECT_EQ(recipient_.counts, (std::vector<std::size_t>{1}));
}

TEST_F(ChunkWriterTo, AWriterThatGoesOutOfScopeEndsTheInputWithoutWhatItStillHas) {
  {
    ChunkWriter writer(recipient_, *call_, 0);
    for (int item = 0; item != 2; ++item) write(writer, 10);
  }
  EXPECT_EQ(recipient_.counts, (std::vector<std::size_t>{1}));
  EXPECT_TRUE(recipient_.ended);
}

}  // namespace
}  // namespace multiprocessing::detail::chunk_writer_test
