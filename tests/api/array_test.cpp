// SPDX-License-Identifier: MIT
#include <multiprocessing/multiprocessing.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <fstream>
#include <limits>
#include <list>
#include <mutex>
#include <numeric>
#include <system_error>
#include <thread>

#include "api/ranges.hpp"
#include "support/child_process.hpp"

namespace multiprocessing::tests::array_test {
namespace {

struct Particle {
  float mass = 1;
  int charge;
};

using Numbers = std::vector<int>;

template <class A>
class AnyArray : public ::testing::Test {};
struct ArrayNames {
  template <class A>
  static std::string GetName(int) {
    if constexpr (std::is_same_v<A, RawArray<std::atomic<int>>>) return "RawArrayOfAtomics";
    return std::is_same_v<A, Array<int>> ? "Array" : "RawArray";
  }
};
using EveryArray = ::testing::Types<Array<int>, RawArray<int>, RawArray<std::atomic<int>>>;
TYPED_TEST_SUITE(AnyArray, EveryArray, ArrayNames);

TYPED_TEST(AnyArray, IsMadeOfASizeOrOfValues) {
  EXPECT_EQ(TypeParam(3).to_vector(), (Numbers{0, 0, 0}));
  EXPECT_EQ((TypeParam{3, 4}).to_vector(), (Numbers{3, 4}));
  EXPECT_EQ(TypeParam(Numbers{5, 6}).to_vector(), (Numbers{5, 6}));
  EXPECT_EQ(TypeParam(std::list<short>{7, 8}).to_vector(), (Numbers{7, 8}));
  EXPECT_EQ(TypeParam(ReadOnce(3)).to_vector(), (Numbers{0, 1, 2}));
}

TEST(Array, OfALiteralHasItsZeroAndOfAStringViewHasNot) {
  EXPECT_EQ(Array<char>("hello").size(), sizeof("hello"));
  EXPECT_EQ(Array<char>(std::string_view("hello")).to_vector(), (std::vector{'h', 'e', 'l', 'l', 'o'}));
}

TYPED_TEST(AnyArray, OfNothingHasNoElements) {
  const TypeParam array(0);
  EXPECT_EQ(array.size(), 0U);
  EXPECT_TRUE(array.empty());
  EXPECT_EQ(array.begin(), array.end());
  EXPECT_THROW(array.at(0), std::out_of_range);
  EXPECT_EQ(TypeParam(Numbers()).to_vector(), Numbers());
  array.assign(Numbers());
}

TYPED_TEST(AnyArray, IsReadAndWrittenAsARangeAndASpan) {
  const TypeParam array{1, 2, 3};
  array[0] = 10;
  array.at(1) = 20;
  array.span().back() = 30;
  EXPECT_EQ(std::accumulate(array.begin(), array.end(), 0), 60);
  EXPECT_EQ(array.data(), &array[0]);
  EXPECT_THROW(array.at(3), std::out_of_range);
}

TYPED_TEST(AnyArray, IsAssignedFromAsManyValuesAsItHas) {
  const TypeParam array(3);
  array.assign({1, 2, 3});
  EXPECT_EQ(array.to_vector(), (Numbers{1, 2, 3}));
  array.assign(std::list<int>{4, 5, 6});
  EXPECT_EQ(array.to_vector(), (Numbers{4, 5, 6}));
  array.assign(ReadOnce(3));
  EXPECT_EQ(array.to_vector(), (Numbers{0, 1, 2}));
  EXPECT_THROW(array.assign({1, 2}), std::invalid_argument);
  EXPECT_THROW(array.assign({1, 2, 3, 4}), std::invalid_argument);
  EXPECT_EQ(array.to_vector(), (Numbers{0, 1, 2}));
  array.fill(5);
  EXPECT_EQ(array.to_vector(), (Numbers{5, 5, 5}));
}

TYPED_TEST(AnyArray, IsOneForThisProcessAndThoseForkedFromIt) {
  const TypeParam array(100'000);
  const TypeParam copy = array;
  EXPECT_EQ(run_in_child([&] { std::ranges::for_each(array, [](auto& place) { place = 3; }); }).exit_code, 0);
  EXPECT_EQ(copy.to_vector(), Numbers(100'000, 3));
}

TYPED_TEST(AnyArray, ThatMemoryCannotHoldIsRefusedAtOnce) {
  for (const std::size_t size : {std::numeric_limits<std::size_t>::max(), std::size_t{1} << 61, std::size_t{1} << 45}) {
    try {
      const TypeParam array(size);
      ADD_FAILURE() << "an array of " << size;
    } catch (const std::system_error& error) {
      EXPECT_EQ(error.code(), std::errc::not_enough_memory);
      EXPECT_NE(std::string(error.what()).find("bytes of shared memory"), std::string::npos) << error.what();
    }
  }
}

TEST(Array, BeginsAsTheTypeOfItsElementsSays) {
  const Array<Particle> particles(2);
  EXPECT_EQ(particles[1].mass, 1);
  const RawArray<bool> flags(std::vector<bool>{true, false});
  EXPECT_TRUE(flags[0]);
  EXPECT_FALSE(flags[1]);
}

TEST(Array, IsWrittenAsAWholeUnderItsLock) {
  const Array<int> array(50'000);
  const RawValue<std::atomic<bool>> is_read;
  const auto write = [&](int value) {
    while (!is_read.value()) array.fill(value);
  };
  ChildProcess ones([&] { write(1); });
  std::thread twos([&] { write(2); });
  int torn = 0;
  for (std::array<int, 3> seen{}; seen[1] < 100 || seen[2] < 100;) {
    const Numbers copy = array.to_vector();
    torn += std::ranges::count(copy, copy[0]) == 50'000 ? 0 : 1;
    ++seen.at(static_cast<std::size_t>(copy[0]));
  }
  is_read.set(true);
  EXPECT_EQ(torn, 0);
  twos.join();
  EXPECT_EQ(ones.wait().exit_code, 0);
}

TEST(Array, MayHaveTheLockOfAnother) {
  const RLock lock;
  const Array<int> first(RawArray<int>{1, 2}, lock);
  EXPECT_EQ(first.get_obj().size(), 2U);
  const std::scoped_lock hold(first.get_lock());
  EXPECT_TRUE(RLock(lock).locked());
}

long anonymous_kib_of_this_process() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    if (word != "RssAnon:") continue;
    long kib = 0;
    status >> kib;
    return kib;
  }
  return -1;
}

constexpr std::size_t large = std::size_t{8} << 20;  // 64 MiB of double
const Array<double>* shared = nullptr;
const double* address_here = nullptr;

// Memory that the worker got of its own while it worked on its quarter.
long double_a_quarter(std::size_t quarter) {
  if (shared->data() != address_here) return -1;
  const long before = anonymous_kib_of_this_process();
  for (double& place : shared->span().subspan(quarter * large / 4, large / 4)) place *= 2;
  return anonymous_kib_of_this_process() - before;
}

TEST(Array, IsWorkedOnInPlaceByTasksOfAPool) {
  const Array<double> array(large);
  array.fill(21);
  shared = &array;
  address_here = array.data();
  Pool pool(2);
  for (const long kib : pool.map(double_a_quarter, {0UL, 1UL, 2UL, 3UL}, 1)) {
    EXPECT_GE(kib, 0);
    EXPECT_LT(kib, 4096);
  }
  EXPECT_EQ(std::ranges::count(array, 42), static_cast<std::ptrdiff_t>(large));
}

TEST(Array, IsCapturedByTheInitializerOfAPool) {
  static const RawArray<int>* in_worker = nullptr;
  const RawArray<int> array(4);
  Pool pool({.processes = 2, .initializer = [array] { in_worker = new RawArray<int>(array); }});
  const auto write = [](std::size_t index) { in_worker->at(index) = static_cast<int>(index) * 10; };
  pool.map(write, {0UL, 1UL, 2UL, 3UL});
  EXPECT_EQ(array.to_vector(), (Numbers{0, 10, 20, 30}));
}

TEST(Array, IsCapturedByTheFunctionOfForkMap) {
  const Array<int> array(4);
  fork_map([array](std::size_t index) { array[index] = static_cast<int>(index) * 10; }, {0UL, 1UL, 2UL, 3UL}, 2);
  EXPECT_EQ(array.to_vector(), (Numbers{0, 10, 20, 30}));
}

}  // namespace
}  // namespace multiprocessing::tests::array_test
