// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <span>
#include <thread>

#include "api/every_pool.hpp"

// One test for each row of tests/compile_fail/README.md: a program that works, and, where only the running program can
// tell, one that is refused, with what it is told.

namespace multiprocessing::tests::what_can_be_sent_test {
namespace {

using namespace std::chrono_literals;

long square(long number) { return number * number; }
long scaled(long factor, long number) { return factor * number; }
std::size_t length(const std::string& text) { return text.size(); }
long sum(const std::vector<long>& numbers) { return numbers[0] + numbers[1]; }

struct Counter {
  long start = 0;
  long after(long steps) const { return start + steps; }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(start);
  }
};
struct Multiply {
  long factor = 1;
  long operator()(long number) const { return factor * number; }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(factor);
  }
};

long offset = 0;
long with_offset(long number) { return number + offset; }

template <class Call>
std::string refusal_of(const Call& call) {
  try {
    call();
    return "nothing was thrown";
  } catch (const PicklingError& error) {
    return error.what();
  }
}

class WhatCanBeSent : public ::testing::Test {
 protected:
  WhatCanBeSent() { set_deadline(30s * patience); }
  Pool pool_{2};
};

TEST_F(WhatCanBeSent, AFunction) {
  EXPECT_EQ(pool_.map(square, {1L, 2L, 3L}), (std::vector{1L, 4L, 9L}));

  long (*const none)(long) = nullptr;
  EXPECT_EQ(refusal_of([&] { pool_.apply(none, 1L); }),
            "a null function, of type long (*)(long), cannot be sent: there is nothing to call; check it before it is "
            "handed to a pool");
}

TEST_F(WhatCanBeSent, AMemberFunctionWithItsObjectAsFirstArgument) {
  EXPECT_EQ(pool_.apply(&Counter::after, Counter{10}, 5L), 15);
}

TEST_F(WhatCanBeSent, ALambdaThatCapturesNothing) {
  EXPECT_EQ(pool_.map([](long number) { return number + 1; }, {1L, 2L}), (std::vector{2L, 3L}));
}

TEST_F(WhatCanBeSent, AFunctionObjectWithSerialize) {
  EXPECT_EQ(pool_.map(Multiply{3}, {1L, 2L}), (std::vector{3L, 6L}));
}

TEST_F(WhatCanBeSent, ABoundArgument) { EXPECT_EQ(pool_.map(partial(scaled, 3L), {1L, 2L}), (std::vector{3L, 6L})); }

TEST_F(WhatCanBeSent, AStdFunctionThatHoldsAPlainFunction) {
  EXPECT_EQ(pool_.map(std::function<long(long)>(square), {1L, 2L}), (std::vector{1L, 4L}));

  const long captured = pool_.processes();
  const std::function<long(long)> lambda = [captured](long number) { return number + captured; };
  const std::string text = refusal_of([&] { pool_.apply(lambda, 1L); });
  EXPECT_EQ(text.find("a std::function<long (long)> that holds "), 0u) << text;
  EXPECT_NE(
      text.find("cannot be sent, only one that holds a plain function of exactly its signature; pass the callable "
                "itself, or multiprocessing::partial(f, values...)"),
      std::string::npos)
      << text;
  EXPECT_EQ(refusal_of([&] { pool_.apply(std::function<long(long)>(), 1L); }),
            "an empty std::function<long (long)> cannot be sent: there is nothing to call");
}

TEST_F(WhatCanBeSent, TextAsAString) {
  EXPECT_EQ(pool_.map(length, {"one", "three"}), (std::vector<std::size_t>{3, 5}));
  EXPECT_EQ(pool_.apply(length, std::string_view("seven").substr(1)), 4u);
}

TEST_F(WhatCanBeSent, AValueInsteadOfAPointer) {
  EXPECT_EQ(pool_.apply([](const std::unique_ptr<long>& number) { return *number; }, std::make_unique<long>(5)), 5);
}

TEST_F(WhatCanBeSent, AValueThatCannotBeCopiedIsGivenAway) {
  auto number = std::make_unique<long>(5);
  EXPECT_EQ(pool_.apply([](const std::unique_ptr<long>& arrived) { return *arrived; }, std::move(number)), 5);
}

TEST_F(WhatCanBeSent, AVectorInsteadOfASpan) {
  const std::vector<long> numbers{1, 2, 3, 4};
  const std::span middle = std::span(numbers).subspan(1, 2);

  EXPECT_EQ(pool_.apply(sum, std::vector<long>(middle.begin(), middle.end())), 5);
}

TEST_F(WhatCanBeSent, AClassWithSerializeAndADefaultConstructor) {
  EXPECT_EQ(pool_.map([](const Counter& counter) { return counter.start; }, {Counter{1}, Counter{2}}),
            (std::vector{1L, 2L}));
}

TEST_F(WhatCanBeSent, NoGlobalVariableButTheWorkersHaveWhatItWasWhenThePoolWasMade) {
  offset = 10;
  Pool late(1);
  offset = 20;

  EXPECT_EQ(pool_.apply(with_offset, 1L), 1);
  EXPECT_EQ(late.apply(with_offset, 1L), 11);
  offset = 0;
}

TEST_F(WhatCanBeSent, WhatTheFunctionReturnsInsteadOfWritingItToAReference) {
  EXPECT_EQ(pool_.map(
                [](std::vector<long> numbers) {
                  numbers.push_back(4);
                  return numbers;
                },
                {std::vector{1L}, std::vector{2L}}),
            (std::vector{std::vector{1L, 4L}, std::vector{2L, 4L}}));
}

TEST_F(WhatCanBeSent, AThreadIsStartedWhereItRuns) {
  EXPECT_EQ(pool_.apply(
                [](long number) {
                  std::thread([&] { number = square(number); }).join();
                  return number;
                },
                7L),
            49);
}

TEST_F(WhatCanBeSent, AFileIsOpenedWhereItIsRead) {
  const std::filesystem::path path = "/proc/self/comm";  // the name of the process that reads it
  const auto first_line = [](const std::filesystem::path& file) {
    std::string line;
    std::getline(std::ifstream(file), line);
    return line;
  };
  EXPECT_TRUE(pool_.apply(first_line, path).starts_with("mp-worker-"));
}

}  // namespace
}  // namespace multiprocessing::tests::what_can_be_sent_test
