// SPDX-License-Identifier: MIT
#include <multiprocessing/multiprocessing.hpp>

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <functional>
#include <new>
#include <string>
#include <system_error>
#include <vector>

#include "support/child_process.hpp"
#include "support/deadline.hpp"

// What is said when a process may have no more memory: how many bytes, of which item, on which side.
namespace multiprocessing::tests::out_of_memory_test {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t mib = std::size_t{1} << 20;

// From now on this process may have so much more than it has.
void leave_memory(std::size_t more_bytes) {
  rlim_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  rlimit limit{};
  if (getrlimit(RLIMIT_AS, &limit) != 0) throw std::system_error(errno, std::generic_category(), "getrlimit");
  limit.rlim_cur = pages * static_cast<rlim_t>(sysconf(_SC_PAGESIZE)) + more_bytes;
  if (setrlimit(RLIMIT_AS, &limit) != 0) throw std::system_error(errno, std::generic_category(), "setrlimit");
}

// 400 GiB, as far as anybody gets.
struct Endless {
  template <class Archive>
  void save(Archive& archive) const {
    for (int part = 0; part != 400 * 1024; ++part) archive(std::string(mib, 'x'));
  }
  template <class Archive>
  void load(Archive&) {}
};
struct Parcel {
  bool is_endless = false;
  template <class Archive>
  void save(Archive& archive) const {
    archive(is_endless);
    if (is_endless) Endless().save(archive);
  }
  template <class Archive>
  void load(Archive& archive) {
    archive(is_endless);
  }
};

std::string text_of(std::size_t mebibytes) { return std::string(mebibytes * mib, 'x'); }
std::size_t size_of(const std::string& text) { return text.size(); }

bool is_nested_bad_alloc(const std::exception& outer) {
  try {
    std::rethrow_if_nested(outer);
  } catch (const std::bad_alloc&) {
    return true;
  } catch (const std::exception& error) {
    return is_nested_bad_alloc(error);
  }
  return false;
}

// It is an E that says all this and in which std::bad_alloc is nested.
template <class E, class R>
void expect_says(const Outcome<R>& outcome, const std::vector<std::string>& parts) {
  const E* const error = outcome.template error_as<E>();
  ASSERT_NE(error, nullptr) << outcome.message();
  const std::string text = error->what();
  for (const std::string& part : parts) EXPECT_NE(text.find(part), std::string::npos) << part << " is not in: " << text;
  EXPECT_TRUE(is_nested_bad_alloc(*error)) << outcome.message();
}

// The limit is for a whole process.
class OutOfMemory : public ::testing::Test {
 protected:
  OutOfMemory() { set_deadline(60s * patience); }
  void SetUp() override {
    if (patience != 1) GTEST_SKIP() << "a sanitizer needs terabytes of address space for itself";
  }
  static void in_child(const std::function<void()>& body) {
    const ChildResult child = run_in_child(body, 50s);
    EXPECT_EQ(child.exit_code, 0) << child;
  }
};

TEST_F(OutOfMemory, WhereAResultComesInSaysHowMuchOfWhichItemIsTooMuch) {
  in_child([] {
    Pool pool(1);
    leave_memory(64 * mib);
    const auto outcomes = pool.try_map(text_of, {1U, 256U, 2U}, 1);
    EXPECT_TRUE(outcomes[0]) << outcomes[0].message();
    EXPECT_TRUE(outcomes[2]) << outcomes[2].message();
    expect_says<MaybeEncodingError>(
        outcomes[1], {"cannot be received", "item 1", std::to_string(256 * mib + 8) + " bytes", "in the parent",
                      "std::bad_alloc: "});
    EXPECT_EQ(pool.apply(size_of, "three"), 5U);
  });
}

TEST_F(OutOfMemory, WhereAResultIsDecodedSaysSo) {
  in_child([] {
    Pool pool(1);
    leave_memory(300 * mib);
    const auto outcomes = pool.try_map(text_of, {200U, 1U}, 1);
    expect_says<MaybeEncodingError>(
        outcomes[0], {"cannot be decoded", "item 0", std::to_string(200 * mib + 8) + " bytes", "in the parent"});
    EXPECT_TRUE(outcomes[1]) << outcomes[1].message();
  });
}

TEST_F(OutOfMemory, WhereAnArgumentIsWrittenSaysSo) {
  in_child([] {
    Pool pool(1);
    SerialPool serial;
    leave_memory(100 * mib);
    const auto check = [](auto& outcomes) {
      EXPECT_TRUE(outcomes[0]) << outcomes[0].message();
      EXPECT_TRUE(outcomes[2]) << outcomes[2].message();
      expect_says<PicklingError>(outcomes[1], {"cannot be sent", "item 1", "after ", " bytes", "in the parent",
                                               "std::bad_alloc: ", " bytes were asked for"});
    };
    const std::vector<Parcel> parcels{{false}, {true}, {false}};
    auto outcomes = pool.try_map([](const Parcel&) {}, parcels, 1);
    check(outcomes);
    auto serially = serial.try_map([](const Parcel&) {}, parcels, 1);
    check(serially);
  });
}

TEST_F(OutOfMemory, WhereNumbersAreWrittenSaysSo) {
  in_child([] {
    Pool pool(1);
    const std::vector<double> numbers(128 * mib / sizeof(double));
    kill(pool.worker_pids().at(0), SIGSTOP);  // nothing is answered, and so given back, meanwhile
    leave_memory(100 * mib);
    try {
      pool.map_async([](double) { return 'x'; }, numbers);  // copies them; map() would only lend them
      ADD_FAILURE();
    } catch (const PicklingError& error) {
      const std::string text = error.what();
      EXPECT_NE(text.find("an argument of type double cannot be sent (item "), std::string::npos) << text;
      EXPECT_NE(text.find("std::bad_alloc"), std::string::npos) << text;
    }
    kill(pool.worker_pids().at(0), SIGCONT);
    EXPECT_EQ(pool.apply(size_of, "three"), 5U);
  });
}

TEST_F(OutOfMemory, InAWorkerThatDecodesSaysSo) {
  in_child([] {
    Pool pool({.processes = 1, .initializer = [] { leave_memory(64 * mib); }});
    const auto outcomes = pool.try_map(size_of, {text_of(1), text_of(128), text_of(2)}, 1);
    EXPECT_EQ(outcomes[0].value(), mib);
    EXPECT_EQ(outcomes[2].value(), 2 * mib);
    expect_says<PicklingError>(outcomes[1], {"cannot be decoded in the worker", "item 1",
                                             std::to_string(128 * mib + 8) + " bytes", "worker 0 (pid "});
  });
}

TEST_F(OutOfMemory, WhereASerialPoolKeepsAResultSaysSo) {
  in_child([] {
    SerialPool pool;
    leave_memory(100 * mib);
    const auto outcomes = pool.try_map([](int) { return Endless(); }, {1});
    expect_says<MaybeEncodingError>(outcomes[0], {"cannot be sent", "item 0", "in the calling process",
                                                  "std::bad_alloc: ", " bytes were asked for"});
  });
}

TEST_F(OutOfMemory, InATaskIsTheTasksOwnBadAlloc) {
  in_child([] {
    Pool pool({.processes = 1, .initializer = [] { leave_memory(64 * mib); }});
    const auto outcomes = pool.try_map(text_of, {400U * 1024, 1U}, 1);
    ASSERT_NE(outcomes[0].error_as<std::bad_alloc>(), nullptr) << outcomes[0].message();
    EXPECT_NE(outcomes[0].message().find("item 0, worker 0 (pid "), std::string::npos) << outcomes[0].message();
    EXPECT_TRUE(outcomes[1]) << outcomes[1].message();
  });
}

}  // namespace
}  // namespace multiprocessing::tests::out_of_memory_test
