// SPDX-License-Identifier: MIT
#include <multiprocessing/pool.hpp>

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <functional>
#include <new>
#include <optional>
#include <string>
#include <system_error>

#include "support/child_process.hpp"
#include "support/deadline.hpp"
#include "support/leftovers.hpp"

namespace multiprocessing::tests::refused_memory_test {
namespace {

using namespace std::chrono_literals;

constexpr rlim_t kib = 1024;

// While it lives, this process may have less than before.
class Limit {
 public:
  Limit(__rlimit_resource resource, rlim_t value) : resource_(resource) {
    rlimit limit{};
    if (getrlimit(resource_, &limit) != 0) throw std::system_error(errno, std::generic_category(), "getrlimit");
    before_ = limit;
    limit.rlim_cur = value;
    if (setrlimit(resource_, &limit) != 0) throw std::system_error(errno, std::generic_category(), "setrlimit");
  }
  Limit(const Limit&) = delete;
  Limit& operator=(const Limit&) = delete;
  ~Limit() { setrlimit(resource_, &before_); }

 private:
  const __rlimit_resource resource_;
  rlimit before_{};
};

rlim_t used_address_space_bytes() {
  rlim_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  return pages * static_cast<rlim_t>(sysconf(_SC_PAGESIZE));
}

// What refused a pool, if it was refused.
struct Refusal {
  std::error_condition condition;  // not_enough_memory for std::bad_alloc, too
  std::string text;
};

std::optional<Refusal> refusal_of_a_pool(__rlimit_resource resource, rlim_t limit, int workers) {
  try {
    const Limit lowered(resource, limit);
    Pool pool(workers);
    return std::nullopt;
  } catch (const std::system_error& error) {  // the limit is gone: a sanitizer opens files to look at an object
    return Refusal{error.code().default_error_condition(), error.what()};
  } catch (const std::bad_alloc& error) {
    return Refusal{std::errc::not_enough_memory, error.what()};
  }
}

void expect_nothing_left_since(const Holdings& before) {
  for (const std::string& sentence : leftovers_since(before)) ADD_FAILURE() << "left: " << sentence;
}

void expect_a_pool_works() {
  EXPECT_EQ(Pool(2).map([](int number) { return -number; }, {1, 2}), (std::vector{-1, -2}));
}

// The number before " bytes of shared memory", 0 if there is none.
unsigned long long mapped_bytes_in(const std::string& text) {
  const std::string before = "cannot map ";
  const std::size_t found = text.find(before);
  const std::size_t end = text.find(" bytes of shared memory");
  if (found == std::string::npos || end == std::string::npos || end < found) return 0;
  return std::stoull(text.substr(found + before.size()));
}

// Limits are lowered in a child: they are for whole processes.
class Refused : public ::testing::Test {
 protected:
  Refused() { set_deadline(30s * patience); }
  void SetUp() override {
    if (patience != 1) GTEST_SKIP() << "a sanitizer needs terabytes of address space, and descriptors, for itself";
  }
  static void in_child(const std::function<void()>& body) {
    const ChildResult child = run_in_child(body);
    EXPECT_EQ(child.exit_code, 0) << child;
  }
};

using RefusedMemory = Refused;

TEST_F(RefusedMemory, OfTheChannelsIsASystemErrorThatSaysHowMuch) {
  in_child([] {
    const Holdings before = Holdings::now();
    const auto refusal = refusal_of_a_pool(RLIMIT_AS, used_address_space_bytes() + 1024 * kib, 64);

    ASSERT_TRUE(refusal);
    EXPECT_EQ(refusal->condition, std::errc::not_enough_memory) << refusal->text;
    EXPECT_GT(mapped_bytes_in(refusal->text), 64 * 512 * kib) << refusal->text;
    expect_nothing_left_since(before);
    expect_a_pool_works();
    EXPECT_EQ(Pool(64).processes(), 64);
    expect_nothing_left_since(before);
  });
}

TEST_F(RefusedMemory, AtAnyStepOfTheConstructorLeavesNothing) {
  in_child([] {
    const Holdings before = Holdings::now();
    int refused = 0;
    for (rlim_t more = 0;; more += 16 * kib) {
      ASSERT_LT(more, 64 * 1024 * kib);
      const auto refusal = refusal_of_a_pool(RLIMIT_AS, used_address_space_bytes() + more, 2);
      if (!refusal) break;
      ++refused;
      EXPECT_EQ(refusal->condition, std::errc::not_enough_memory) << refusal->text;
      expect_nothing_left_since(before);
    }
    EXPECT_GT(refused, 0);
    expect_a_pool_works();
    expect_nothing_left_since(before);
  });
}

using RefusedDescriptor = Refused;

TEST_F(RefusedDescriptor, AtAnyStepOfTheConstructorIsASystemErrorAndLeavesNothing) {
  in_child([] {
    const Holdings before = Holdings::now();
    int refused = 0;
    for (rlim_t most = 3;; ++most) {
      ASSERT_LT(most, 1000U);
      const auto refusal = refusal_of_a_pool(RLIMIT_NOFILE, most, 2);
      if (!refusal) break;
      ++refused;
      EXPECT_EQ(refusal->condition, std::errc::too_many_files_open) << refusal->text;
      EXPECT_EQ(refusal->text.find("cannot "), 0U) << refusal->text;
      expect_nothing_left_since(before);
    }
    EXPECT_GE(refused, 5);
    expect_a_pool_works();
    expect_nothing_left_since(before);
  });
}

TEST_F(RefusedMemory, OfAFileInMemoryIsASystemErrorAndNoSignal) {
  in_child([] {
    const Limit lowered(RLIMIT_FSIZE, 4 * kib);
    try {
      Pool pool({.processes = 2, .start_method = StartMethod::spawn});
      ADD_FAILURE() << "it was not refused";
    } catch (const std::system_error& error) {
      EXPECT_EQ(error.code(), std::errc::file_too_large) << error.what();
      EXPECT_GT(mapped_bytes_in(error.what()), 2 * 512 * kib) << error.what();
    }
  });
}

TEST_F(RefusedDescriptor, AtAnyStepOfASpawnIsASystemErrorAndLeavesNothing) {
  in_child([] {
    const Holdings before = Holdings::now();
    int refused = 0;
    for (rlim_t most = 3;; ++most) {
      ASSERT_LT(most, 1000U);
      try {
        const Limit lowered(RLIMIT_NOFILE, most);
        Pool pool({.processes = 2, .start_method = StartMethod::spawn});
        break;
      } catch (const std::system_error& error) {
        EXPECT_EQ(error.code(), std::errc::too_many_files_open) << error.what();
        ++refused;
      }
      expect_nothing_left_since(before);
    }
    EXPECT_GE(refused, 5);
    expect_a_pool_works();
    expect_nothing_left_since(before);
  });
}

}  // namespace
}  // namespace multiprocessing::tests::refused_memory_test
