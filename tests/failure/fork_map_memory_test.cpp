// SPDX-License-Identifier: MIT
#include <multiprocessing/fork_map.hpp>

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include <fstream>
#include <numeric>
#include <span>
#include <string>

#include "support/deadline.hpp"

namespace multiprocessing::tests::fork_map_memory_test {
namespace {

constexpr std::size_t mebibyte = std::size_t{1} << 20;
constexpr std::size_t page_bytes = 4096;

// Private memory of this process, in bytes: what it does not share with the process that it was forked from.
std::size_t private_bytes() {
  std::ifstream file("/proc/self/smaps_rollup");
  std::size_t sum = 0;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("Private_")) sum += std::stoul(line.substr(line.find(':') + 1)) * 1024;
  }
  return sum;
}

std::size_t pages_that_were_made_anew() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::size_t>(usage.ru_minflt);
}

// A GiB of 4 KiB pages: with huge ones a copy would not show in the number of faults.
class Gibibyte {
 public:
  static constexpr std::size_t size_bytes = 1024 * mebibyte;
  Gibibyte()
      : begin_(static_cast<unsigned char*>(
            mmap(nullptr, size_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))) {
    if (begin_ == MAP_FAILED) throw std::bad_alloc();
    madvise(begin_, size_bytes, MADV_NOHUGEPAGE);
    for (std::size_t at = 0; at < size_bytes; at += page_bytes) begin_[at] = 1;
  }
  Gibibyte(const Gibibyte&) = delete;
  Gibibyte& operator=(const Gibibyte&) = delete;
  ~Gibibyte() { munmap(begin_, size_bytes); }
  std::span<const unsigned char> bytes() const { return {begin_, size_bytes}; }

 private:
  unsigned char* begin_;
};

struct Seen {
  std::size_t sum;
  std::size_t private_bytes;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(sum, private_bytes);
  }
};

TEST(ForkMapMemory, AGibibyteIsReadByAllAndCopiedByNobody) {
  set_deadline(std::chrono::seconds(60) * patience);
  const Gibibyte memory;
  std::vector<std::span<const unsigned char>> parts;
  constexpr std::size_t part_bytes = Gibibyte::size_bytes / 16;
  for (std::size_t at = 0; at < Gibibyte::size_bytes; at += part_bytes) {
    parts.push_back(memory.bytes().subspan(at, part_bytes));
  }

  const std::size_t before = pages_that_were_made_anew();
  const auto seen = fork_map(
      [](std::span<const unsigned char> part) {
        Seen result{0, 0};
        for (std::size_t at = 0; at < part.size(); at += page_bytes) result.sum += part[at];
        result.private_bytes = private_bytes();
        return result;
      },
      parts, 2);

  EXPECT_LT((pages_that_were_made_anew() - before) * page_bytes, 64 * mebibyte);
  ASSERT_EQ(seen.size(), parts.size());
  for (const Seen& part : seen) {
    EXPECT_EQ(part.sum, part_bytes / page_bytes);
    EXPECT_LT(part.private_bytes, 64 * mebibyte);
  }
}

}  // namespace
}  // namespace multiprocessing::tests::fork_map_memory_test
