// SPDX-License-Identifier: MIT
#include "os/crash_trace.hpp"

#include <gtest/gtest.h>

#include <csignal>
#include <cstring>
#include <random>

#include "support/exported.hpp"

namespace multiprocessing::tests {

MULTIPROCESSING_TEST_EXPORT int somewhere();
int somewhere() { return 1; }

namespace {

using detail::crash_of;
using detail::crash_trace;
using detail::CrashRecord;

const auto place = reinterpret_cast<std::uint64_t>(&somewhere);

TEST(CrashTrace, IsEmptyWithoutARecordOfThisSignal) {
  CrashRecord record{};
  EXPECT_EQ(crash_trace(crash_of(record, SIGSEGV)), "");

  record.signal = SIGFPE;
  EXPECT_EQ(crash_trace(crash_of(record, SIGSEGV)), "");
}

TEST(CrashTrace, IsEmptyForASignalThatIsNoCrash) {
  CrashRecord record{};
  record.signal = SIGKILL;
  EXPECT_EQ(crash_trace(crash_of(record, SIGKILL)), "");
  record.signal = 0;
  EXPECT_EQ(crash_trace(crash_of(record, 0)), "");
}

TEST(CrashTrace, SaysWhatIsKnownWhereTheStackIsNot) {
  CrashRecord record{};
  record.signal = SIGSEGV;
  EXPECT_EQ(crash_trace(crash_of(record, SIGSEGV)), "crashed");

  record.has_address = 1;
  record.address = 0x1234;
  EXPECT_EQ(crash_trace(crash_of(record, SIGSEGV)), "crashed at address 0x1234");
}

TEST(CrashTrace, EndsWhereTheLibraryBegins) {
  CrashRecord record{};
  record.signal = SIGFPE;
  record.frames[0] = place;
  record.frames[1] = 0x10;
  record.count = 2;
  EXPECT_EQ(crash_trace(crash_of(record, SIGFPE)),
            "crashed in multiprocessing::tests::somewhere()\n  called by 0x10, outside of all modules");

  record.noted = 1;
  EXPECT_EQ(crash_trace(crash_of(record, SIGFPE)), "crashed in multiprocessing::tests::somewhere()");
}

TEST(CrashTrace, KnowsAnOverflowByTheAddressNearTheStackPointer) {
  CrashRecord record{};
  record.signal = SIGSEGV;
  record.has_address = 1;
  record.stack_pointer = 0x7fff'0000'0000;
  for (const std::int64_t distance : {-40'000, -8, 0, 8, 40'000}) {
    record.address = record.stack_pointer + static_cast<std::uint64_t>(distance);
    EXPECT_EQ(crash_trace(crash_of(record, SIGSEGV)), "crashed by a stack overflow") << distance;
  }
  for (const std::int64_t distance : {-100'000, 100'000}) {
    record.address = record.stack_pointer + static_cast<std::uint64_t>(distance);
    EXPECT_EQ(crash_trace(crash_of(record, SIGSEGV)).find("overflow"), std::string::npos) << distance;
  }
}

TEST(CrashTrace, OfGarbageIsAShortText) {
  std::mt19937_64 random(20231007);
  for (int round = 0; round != 2'000; ++round) {
    CrashRecord record{};
    std::array<std::uint64_t, sizeof(CrashRecord) / 8> words{};
    for (std::uint64_t& word : words) {
      word = random() % 4 == 0 ? place + random() % 100'000 - 50'000 : random() >> random() % 64;
    }
    std::memcpy(static_cast<void*>(&record), words.data(), sizeof record);
    record.signal = SIGSEGV;
    const std::string text = crash_trace(crash_of(record, SIGSEGV));
    ASSERT_EQ(text.rfind("crashed", 0), 0U) << text;
    ASSERT_LT(text.size(), 100'000U);
  }
}

}  // namespace
}  // namespace multiprocessing::tests
