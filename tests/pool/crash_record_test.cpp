// SPDX-License-Identifier: MIT
#include "shm/channel.hpp"

#include <multiprocessing/pool.hpp>

#include <gtest/gtest.h>

#include <csignal>
#include <cstdio>
#include <cstring>
#include <fstream>

namespace multiprocessing::detail::crash_record_test {
namespace {

// The record of the worker that this is: behind the words of its channel, the only shared memory that it may write.
CrashRecord* own_record() {
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    if (line.find(" rw-s ") == std::string::npos || line.find("/dev/zero") == std::string::npos) continue;
    std::uintptr_t begin = 0;
    std::sscanf(line.c_str(), "%lx", &begin);
    return reinterpret_cast<CrashRecord*>(begin + 2048);
  }
  return nullptr;
}

void die_with_record_of(int byte) {
  CrashRecord& record = *own_record();
  std::memset(static_cast<void*>(&record), byte, sizeof record);
  record.signal = SIGSEGV;
  std::signal(SIGSEGV, SIG_DFL);
  std::raise(SIGSEGV);
}

std::string lost_with_record_of(Pool& pool, int byte) {
  try {
    pool.apply(die_with_record_of, byte);
  } catch (const WorkerLost& error) {
    EXPECT_EQ(error.signal(), SIGSEGV);
    return error.what();
  }
  ADD_FAILURE() << "it did not die";
  return {};
}

TEST(CrashRecord, OfGarbageCannotHurtTheParent) {
  Pool pool(2);
  for (const int byte : {0x00, 0x01, 0x41, 0x7f, 0x80, 0xff}) {
    const std::string text = lost_with_record_of(pool, byte);
    EXPECT_NE(text.find("\ncrashed"), std::string::npos) << text;
    EXPECT_LT(text.size(), 10'000U);
    EXPECT_EQ(pool.apply([] { return 7; }), 7);
  }
}

TEST(CrashRecord, IsNoneOfItsNeighboursBytes) {
  ChannelBlock block(2, 4096);
  const Channel channel = block.channel(0);
  EXPECT_GE(reinterpret_cast<std::byte*>(channel.crash), reinterpret_cast<std::byte*>(channel.words + 1));
  EXPECT_LE(reinterpret_cast<std::byte*>(channel.crash + 1), channel.tasks.at(0));
  channel.crash->signal = SIGSEGV;
  block.channel(1).crash->signal = SIGFPE;

  block.reset(0);

  EXPECT_EQ(channel.crash->signal, 0U);
  EXPECT_EQ(block.channel(1).crash->signal, static_cast<std::uint32_t>(SIGFPE));
}

}  // namespace
}  // namespace multiprocessing::detail::crash_record_test
