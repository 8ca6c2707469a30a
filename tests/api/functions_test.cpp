// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <functional>
#include <map>

#include "api/every_pool.hpp"

namespace multiprocessing::tests::functions_test {
namespace {

int twice(int number) { return 2 * number; }
int twice_or_nothing(int number) noexcept { return 2 * number; }
int overloaded(int number) { return number + 1; }
std::string overloaded(const std::string& text) { return text + "1"; }
template <class T>
T negated(T value) {
  return -value;
}

class Account {
 public:
  Account() = default;
  explicit Account(long cents) : cents_(cents) {}
  virtual ~Account() = default;
  long with_interest(long percent) const { return cents_ + cents_ * percent / 100; }
  virtual std::string kind() const { return "account"; }
  static long zero(long) { return 0; }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(cents_);
  }
  long cents_ = 0;
};

struct Scale {
  double factor = 1;
  double operator()(double value) const { return factor * value; }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(factor);
  }
};

struct Dictionary {
  std::map<std::string, int> words;
  int operator()(const std::string& word) const { return words.at(word); }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(words);
  }
};

template <class P>
class Functions : public ::testing::Test {};
TYPED_TEST_SUITE(Functions, EveryPool, PoolNames);

TYPED_TEST(Functions, PlainOnesByNameOrPointer) {
  TypeParam pool(2);

  EXPECT_EQ(pool.map(twice, {1, 2}), (std::vector{2, 4}));
  EXPECT_EQ(pool.map(&twice, {1, 2}), (std::vector{2, 4}));
  EXPECT_EQ(pool.map(twice_or_nothing, {1, 2}), (std::vector{2, 4}));
  EXPECT_EQ(pool.map(negated<int>, {1, 2}), (std::vector{-1, -2}));
  EXPECT_EQ(pool.map(Account::zero, {1L, 2L}), (std::vector{0L, 0L}));
}

TYPED_TEST(Functions, AnOverloadIsChosenByACast) {
  TypeParam pool(2);

  EXPECT_EQ(pool.map(static_cast<int (*)(int)>(overloaded), {1}), std::vector{2});
  EXPECT_EQ(pool.apply(static_cast<std::string (*)(const std::string&)>(overloaded), "a"), "a1");
}

TYPED_TEST(Functions, MembersWithTheObjectAsFirstArgument) {
  TypeParam pool(2);
  const std::vector<Account> accounts{Account(100), Account(200)};
  const std::vector<std::tuple<Account, long>> rates{{Account(100), 5L}, {Account(200), 10L}};

  EXPECT_EQ(pool.apply(&Account::with_interest, Account(1000), 5L), 1050);
  EXPECT_EQ(pool.starmap(&Account::with_interest, rates), (std::vector{105L, 220L}));
  EXPECT_EQ(pool.map(&Account::cents_, accounts), (std::vector{100L, 200L}));
  EXPECT_EQ(pool.map(&Account::kind, accounts), (std::vector<std::string>{"account", "account"}));
  EXPECT_EQ(pool.map(&std::string::size, std::vector<std::string>{"a", "bcd"}), (std::vector<std::size_t>{1, 3}));
}

TYPED_TEST(Functions, LambdasWithoutCaptures) {
  TypeParam pool(2);
  const auto generic = [](auto value) { return value + value; };

  EXPECT_EQ(pool.map([](int number) { return number - 1; }, {1, 2}), (std::vector{0, 1}));
  EXPECT_EQ(pool.map(generic, {1, 2}), (std::vector{2, 4}));
  EXPECT_EQ(pool.apply(generic, std::string("a")), "aa");
  EXPECT_EQ(pool.map(std::negate<>(), {1, 2}), (std::vector{-1, -2}));
}

TYPED_TEST(Functions, ObjectsWithState) {
  TypeParam pool(2);

  EXPECT_EQ(pool.map(Scale{2.5}, std::vector{1.0, 2.0}), (std::vector{2.5, 5.0}));
  EXPECT_EQ(pool.map(Dictionary{{{"one", 1}, {"two", 2}}}, {"two", "one"}), (std::vector{2, 1}));
  EXPECT_EQ(pool.apply(Scale{3}, 2), 6);
  EXPECT_EQ(collect(pool.imap(Scale{2}, {1, 2})), (std::vector{2.0, 4.0}));
  for (int factor = 0; factor != 50; ++factor) {
    EXPECT_EQ(pool.map(Scale{static_cast<double>(factor)}, {1, 2, 3}, 1),
              (std::vector{1.0 * factor, 2.0 * factor, 3.0 * factor}));
  }
}

TYPED_TEST(Functions, ManyCallsWithDifferentStateAtOnce) {
  TypeParam pool(2);
  std::vector<AsyncResult<std::vector<double>>> results;

  for (int factor = 0; factor != 200; ++factor) {
    results.push_back(pool.map_async(Scale{static_cast<double>(factor)}, {1, 2, 3, 4, 5}, 2));
  }

  for (int factor = 199; factor >= 0; --factor) {
    EXPECT_EQ(results[static_cast<std::size_t>(factor)].get()[4], 5.0 * factor);
  }
}

TYPED_TEST(Functions, AStdFunctionThatHoldsAPlainOne) {
  TypeParam pool(2);

  EXPECT_EQ(pool.map(std::function<int(int)>(twice), {1, 2}), (std::vector{2, 4}));
}

TYPED_TEST(Functions, PartialBindsTheFirstArguments) {
  TypeParam pool(2);
  const auto join = [](const std::string& a, const std::string& b, int c) { return a + b + std::to_string(c); };

  EXPECT_EQ(pool.apply(partial(twice, 4)), 8);
  EXPECT_EQ(pool.map(partial(join, "a", "b"), {1, 2}), (std::vector<std::string>{"ab1", "ab2"}));
  EXPECT_EQ(pool.starmap(partial(join, "a"), {std::tuple("x", 1)}), std::vector<std::string>{"ax1"});
  EXPECT_EQ(pool.map(partial(partial(join, "a"), "c"), {1, 2}), (std::vector<std::string>{"ac1", "ac2"}));
  EXPECT_EQ(pool.map(partial(&Account::with_interest, Account(100)), {1L, 2L}), (std::vector{101L, 102L}));
  EXPECT_EQ(pool.map(partial(Scale{2}), {1, 2}), (std::vector{2.0, 4.0}));
  const std::vector<double> table(100'000, 0.5);
  EXPECT_EQ(
      pool.map(partial([](const std::vector<double>& values, std::size_t index) { return values.at(index); }, table),
               std::vector<std::size_t>(1000, 99'999)),
      std::vector<double>(1000, 0.5));
}

template <class P>
class SentFunctions : public ::testing::Test {};
TYPED_TEST_SUITE(SentFunctions, EveryBytePool, PoolNames);

TYPED_TEST(SentFunctions, AStdFunctionThatHoldsALambdaIsAPicklingErrorForEachItem) {
  TypeParam pool(2);
  const std::function<int(int)> lambda = [](int number) { return number; };

  EXPECT_THROW(pool.apply(lambda, 1), PicklingError);
  EXPECT_THROW(pool.map(lambda, {1, 2}), PicklingError);
  EXPECT_THROW(pool.map(std::function<long(int)>(twice), {1, 2}), PicklingError);
  EXPECT_THROW(pool.map(std::function<int(int)>(), {1, 2}), PicklingError);
  EXPECT_THROW(pool.apply_async(lambda, 1).get(), PicklingError);
  const auto outcomes = pool.try_map(lambda, {1, 2, 3});
  ASSERT_EQ(outcomes.size(), 3u);
  for (const auto& outcome : outcomes) EXPECT_NE(outcome.template error_as<PicklingError>(), nullptr);
  auto results = pool.imap(lambda, {1, 2});
  EXPECT_THROW(results.next(), PicklingError);
  EXPECT_THROW(results.next(), PicklingError);
  EXPECT_THROW(results.next(), StopIteration);
  EXPECT_EQ(pool.apply(twice, 2), 4);
}

TYPED_TEST(SentFunctions, ANullFunctionIsAPicklingError) {
  TypeParam pool(2);
  int (*null)(int) = nullptr;

  EXPECT_THROW(pool.apply(null, 1), PicklingError);
  EXPECT_EQ(pool.apply(twice, 2), 4);
}

TEST(FunctionsOfThreads, ThatAreNullAreRefused) {
  ThreadPool pool(2);
  int (*null)(int) = nullptr;
  long (Account::*null_member)(long) const = nullptr;

  EXPECT_THROW(pool.apply(null, 1), std::invalid_argument);
  EXPECT_THROW(pool.map(null, {1, 2}), std::invalid_argument);
  EXPECT_THROW(pool.imap(null, {1, 2}), std::invalid_argument);
  EXPECT_THROW(pool.apply(null_member, Account(1), 2L), std::invalid_argument);
  EXPECT_EQ(pool.apply(twice, 2), 4);
}

}  // namespace
}  // namespace multiprocessing::tests::functions_test
