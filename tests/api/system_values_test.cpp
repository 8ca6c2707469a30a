// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <exception>
#include <future>
#include <ios>
#include <optional>
#include <system_error>
#include <variant>

#include "api/every_pool.hpp"

namespace multiprocessing::tests::system_values_test {
namespace {

constexpr auto same = [](const auto& value) { return value; };

class Weather final : public std::error_category {
 public:
  const char* name() const noexcept override { return "weather"; }
  std::string message(int) const override { return "rain"; }
};
const std::error_category& weather() {
  static const Weather category;
  return category;
}
std::error_code rain() { return {1, weather()}; }

std::exception_ptr caught(int number) {
  try {
    try {
      throw std::out_of_range("no " + std::to_string(number));
    } catch (...) {
      std::throw_with_nested(std::runtime_error("outer"));
    }
  } catch (...) {
    return std::current_exception();
  }
}

template <class P>
class SystemValues : public ::testing::Test {
 protected:
  P pool_{2};
};
TYPED_TEST_SUITE(SystemValues, EveryBytePool, PoolNames);

TYPED_TEST(SystemValues, ExceptionPointersKeepTypeTextAndWhatIsNested) {
  const std::exception_ptr result = this->pool_.apply(caught, 7);
  EXPECT_EQ(describe(result), "outer\nno 7");
  EXPECT_EQ(this->pool_.apply(describe, result), "outer\nno 7");
  EXPECT_THROW(std::rethrow_exception(result), std::runtime_error);
  EXPECT_THROW(
      {
        try {
          std::rethrow_exception(result);
        } catch (const std::runtime_error& error) {
          std::rethrow_if_nested(error);
        }
      },
      std::out_of_range);
  EXPECT_EQ(this->pool_.map(caught, {1, 2, 3}).size(), 3u);
}

TYPED_TEST(SystemValues, ANullExceptionPointerStaysNull) {
  EXPECT_EQ(this->pool_.apply(same, std::exception_ptr()), nullptr);
  const auto first = this->pool_.apply(same, std::vector<std::exception_ptr>{nullptr, caught(1)});
  EXPECT_EQ(first.at(0), nullptr);
  EXPECT_EQ(describe(first.at(1)), "outer\nno 1");
}

TYPED_TEST(SystemValues, AnExceptionThatCameFromAWorkerMayBeSentAgain) {
  const auto outcome = this->pool_.try_map([](int) -> int { throw std::domain_error("mine"); }, {1}).at(0);

  const std::exception_ptr again = this->pool_.apply(same, outcome.error());

  EXPECT_EQ(describe(again), describe(outcome.error()));
  EXPECT_THROW(std::rethrow_exception(again), std::domain_error);
}

TYPED_TEST(SystemValues, ErrorCodesAndConditionsOfTheStandardCategories) {
  const std::error_code codes[] = {{},
                                   {2, std::system_category()},
                                   std::make_error_code(std::errc::timed_out),
                                   std::make_error_code(std::io_errc::stream),
                                   std::make_error_code(std::future_errc::broken_promise)};
  for (const std::error_code& code : codes) EXPECT_EQ(this->pool_.apply(same, code), code);
  const std::error_condition condition = std::make_error_condition(std::errc::permission_denied);
  EXPECT_EQ(this->pool_.apply(same, condition), condition);
  EXPECT_EQ(this->pool_.apply(same, std::optional(codes[1])), codes[1]);
}

TYPED_TEST(SystemValues, AnErrorCodeOfAnotherCategoryIsRefusedByItsName) {
  const auto text_of = [](const auto& call) -> std::string {
    try {
      call();
      return "nothing was thrown";
    } catch (const PicklingError& error) {
      return error.what();
    }
  };

  EXPECT_EQ(
      text_of([&] { this->pool_.map(same, {rain()}); }),
      "an argument of type std::error_code cannot be sent: the category 'weather' of an error code is not of the "
      "standard library: only those categories are known by name in every process; send its value() and its message()");
  EXPECT_THROW(this->pool_.apply([](int) { return rain(); }, 1), MaybeEncodingError);
  EXPECT_EQ(this->pool_.apply(same, 1), 1);
}

TYPED_TEST(SystemValues, AlternativesMayBeEmpty) {
  using Either = std::variant<std::monostate, std::string, std::error_code>;
  const std::vector<Either> values{std::monostate(), "text", std::make_error_code(std::errc::timed_out)};

  EXPECT_EQ(this->pool_.map(same, values), values);
}

}  // namespace
}  // namespace multiprocessing::tests::system_values_test
