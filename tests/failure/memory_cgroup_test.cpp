// SPDX-License-Identifier: MIT
#include <multiprocessing/pool.hpp>

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstddef>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "support/child_process.hpp"
#include "support/deadline.hpp"

// A program in a memory cgroup, as in a container, with a task that needs more than there is.
namespace multiprocessing::tests::memory_cgroup_test {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t mebibyte = std::size_t{1} << 20;
constexpr std::size_t limit = 256 * mebibyte;

bool write_to(const fs::path& file, const std::string& text) {
  std::ofstream stream(file);
  stream << text << std::flush;
  return stream.good();
}

// A folder below the memory cgroup of this process, of version 1 or 2, removed again.
class MemoryCgroup {
 public:
  MemoryCgroup() {
    std::ifstream memberships("/proc/self/cgroup");
    for (std::string line; std::getline(memberships, line);) {
      const std::size_t path = line.find(':', line.find(':') + 1) + 1;
      if (line.find(":memory:") != std::string::npos) {
        make(fs::path("/sys/fs/cgroup/memory") / line.substr(path + 1), "memory.limit_in_bytes",
             "memory.memsw.limit_in_bytes", std::to_string(limit));
      } else if (line.starts_with("0::")) {
        make(fs::path("/sys/fs/cgroup") / line.substr(path + 1), "memory.max", "memory.swap.max", "0");
      }
      if (is_limited_) return;
    }
  }
  MemoryCgroup(const MemoryCgroup&) = delete;
  MemoryCgroup& operator=(const MemoryCgroup&) = delete;
  ~MemoryCgroup() {
    // Who was in it may still be about to go.
    if (folder_.empty()) return;
    EXPECT_TRUE(eventually([&] { return rmdir(folder_.c_str()) == 0; }));
  }
  bool is_limited() const { return is_limited_; }
  bool enter() const { return write_to(folder_ / "cgroup.procs", std::to_string(getpid())); }

 private:
  void make(const fs::path& parent, const char* limit_file, const char* swap_file, const std::string& swap) {
    const fs::path folder = parent / ("multiprocessing-test-" + std::to_string(getpid()));
    if (mkdir(folder.c_str(), 0755) != 0) return;
    if (!write_to(folder / limit_file, std::to_string(limit))) {
      rmdir(folder.c_str());
      return;
    }
    folder_ = folder;
    is_limited_ = true;
    write_to(folder / swap_file, swap);  // where there is swap at all
  }

  fs::path folder_;
  bool is_limited_ = false;
};

// Writes to as many bytes, so that they are there.
std::size_t use(std::size_t bytes) {
  const std::unique_ptr<char[]> memory(new char[bytes]);
  std::size_t pages = 0;
  for (std::size_t at = 0; at < bytes; at += 4096) {
    static_cast<volatile char*>(memory.get())[at] = 1;
    ++pages;
  }
  return pages;
}

TEST(MemoryCgroup, ThatIsFullCostsTheGreedyItemAndSaysThatMemoryRanOut) {
  const MemoryCgroup cgroup;
  if (!cgroup.is_limited()) GTEST_SKIP() << "no memory cgroup can be made here";
  const ChildResult child = run_in_child([&] {
    ASSERT_TRUE(cgroup.enter());
    Pool pool(2);
    std::vector<std::size_t> sizes(20, mebibyte);
    sizes[7] = 4 * limit;

    const auto outcomes = pool.try_map(use, sizes, 1);

    for (std::size_t index = 0; index != sizes.size(); ++index) {
      if (index == 7) continue;
      EXPECT_EQ(outcomes[index].value(), sizes[index] / 4096) << index;
    }
    const auto* const lost = outcomes[7].error_as<WorkerLost>();
    ASSERT_NE(lost, nullptr) << outcomes[7].message();
    EXPECT_EQ(lost->signal(), SIGKILL);
    EXPECT_NE(std::string(lost->what()).find("ran out of memory"), std::string::npos) << lost->what();
    EXPECT_EQ(pool.map(use, std::vector<std::size_t>(4, mebibyte)), std::vector<std::size_t>(4, mebibyte / 4096));
    EXPECT_EQ(pool.stats().lost, 1U);
  });
  EXPECT_EQ(child.exit_code, 0) << child;
}

}  // namespace
}  // namespace multiprocessing::tests::memory_cgroup_test
