// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <complex>
#include <filesystem>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>
#include <variant>

#include "api/every_pool.hpp"

namespace multiprocessing::tests::values_test {
namespace {

enum class Colour : short { red = -1, green = 7 };

struct Body {
  std::string name;
  std::vector<double> position;
  std::optional<Colour> colour;
  std::shared_ptr<Body> moon;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(name, position, colour, moon);
  }
};

struct Nothing {
  bool operator==(const Nothing&) const = default;
};

constexpr auto same = [](const auto& value) { return value; };

template <class P>
class Values : public ::testing::Test {
 protected:
  template <class T>
  void expect_round_trip(const T& value) {
    EXPECT_EQ(pool_.apply(same, value), value);
    EXPECT_EQ(pool_.map(same, std::vector<T>(3, value), 2), std::vector<T>(3, value));
  }
  P pool_{2};
};
TYPED_TEST_SUITE(Values, EveryPool, PoolNames);

TYPED_TEST(Values, NumbersKeepEveryBit) {
  this->expect_round_trip(true);
  this->expect_round_trip('x');
  this->expect_round_trip(std::numeric_limits<long>::min());
  this->expect_round_trip(std::numeric_limits<unsigned long>::max());
  this->expect_round_trip(-0.0F);
  this->expect_round_trip(std::numeric_limits<double>::denorm_min());
  this->expect_round_trip(std::numeric_limits<long double>::max());
  this->expect_round_trip(Colour::green);
  EXPECT_TRUE(std::isnan(this->pool_.apply(same, std::numeric_limits<double>::quiet_NaN())));
}

TYPED_TEST(Values, TextKeepsEveryByte) {
  this->expect_round_trip(std::string());
  this->expect_round_trip(std::string("a\0b\xff", 4));
  this->expect_round_trip(std::string(100'000, 'x'));
  this->expect_round_trip(std::u16string(u"äö"));
  this->expect_round_trip(std::filesystem::path("/a b/ä\n"));
}

TYPED_TEST(Values, ContainersOfContainers) {
  this->expect_round_trip(std::vector<bool>{true, false, true});
  this->expect_round_trip(std::vector<std::vector<int>>{{}, {1}, {2, 3}});
  this->expect_round_trip(std::map<std::string, std::set<int>>{{"a", {1, 2}}, {"", {}}});
  this->expect_round_trip(std::unordered_map<int, std::string>{{1, "one"}, {2, "two"}});
  this->expect_round_trip(std::array<std::string, 2>{"a", "b"});
  this->expect_round_trip(std::tuple<int, std::string, std::tuple<>>{1, "a", {}});
  this->expect_round_trip(std::pair<bool, std::vector<std::string>>{true, {"x"}});
}

TYPED_TEST(Values, AlternativesAndAbsence) {
  this->expect_round_trip(std::optional<int>());
  this->expect_round_trip(std::optional<std::string>("here"));
  this->expect_round_trip(std::variant<int, std::string>("text"));
  this->expect_round_trip(std::variant<int, std::string>(7));
  this->expect_round_trip(std::monostate());
  this->expect_round_trip(std::complex<double>(1, -1));
  this->expect_round_trip(std::chrono::nanoseconds(5));
}

TYPED_TEST(Values, EmptyClassesHaveNoBytes) {
  this->expect_round_trip(Nothing());
  EXPECT_EQ(this->pool_.map(same, std::vector<Nothing>(1000)).size(), 1000u);
}

TYPED_TEST(Values, ClassesOfTheProgramThatSayHow) {
  auto moon = std::make_shared<Body>(Body{"Moon", {1, 2, 3}, Colour::red, nullptr});
  const Body earth{"Earth", std::vector<double>(10'000, 0.25), std::nullopt, moon};

  const Body arrived = this->pool_.apply([](Body body) { return body; }, earth);

  EXPECT_EQ(arrived.name, "Earth");
  EXPECT_EQ(arrived.position, earth.position);
  EXPECT_EQ(arrived.colour, std::nullopt);
  ASSERT_NE(arrived.moon, nullptr);
  EXPECT_EQ(arrived.moon->colour, Colour::red);
}

TYPED_TEST(Values, SharedPointersWithinAnItemStayShared) {
  using Twins = std::pair<std::shared_ptr<int>, std::shared_ptr<int>>;
  const auto both = std::make_shared<int>(5);

  const auto are_same = [](const Twins& twins) { return twins.first == twins.second; };
  const Twins arrived = this->pool_.apply([](Twins twins) { return twins; }, Twins(both, both));

  EXPECT_TRUE(this->pool_.apply(are_same, Twins(both, both)));
  EXPECT_EQ(arrived.first, arrived.second);
  EXPECT_EQ(*arrived.first, 5);
}

const std::string kept = "kept";  // global: the fixture's workers began before the test

TYPED_TEST(Values, ReferencesAndConstArriveAsValues) {
  const auto reference = [](int) -> const std::string& { return kept; };
  const auto constant = [](int) -> const std::string { return kept; };

  static_assert(std::is_same_v<decltype(this->pool_.apply(reference, 1)), std::string>);
  static_assert(std::is_same_v<decltype(this->pool_.map(constant, {1})), std::vector<std::string>>);
  EXPECT_EQ(this->pool_.apply(reference, 1), "kept");
  EXPECT_EQ(this->pool_.map(constant, {1, 2}), (std::vector<std::string>{"kept", "kept"}));
  EXPECT_EQ(this->pool_.apply_async(reference, 1).get(), "kept");
}

TYPED_TEST(Values, BoolResultsMakeAVectorOfBool) {
  const auto even = [](int number) { return number % 2 == 0; };

  const std::vector<bool> results = this->pool_.map(even, numbers(1000));

  ASSERT_EQ(results.size(), 1000u);
  for (std::size_t index = 0; index != 1000; ++index) ASSERT_EQ(results[index], index % 2 == 0);
  EXPECT_EQ(this->pool_.map_async(even, {1, 2}).get(), (std::vector<bool>{false, true}));
  EXPECT_EQ(collect(this->pool_.imap(even, {1, 2})), (std::vector<bool>{false, true}));
  EXPECT_FALSE(this->pool_.try_map(even, {1}).at(0).value());
}

TYPED_TEST(Values, MoveOnlyResultsAreMovedOut) {
  const auto make = [](int number) { return std::make_unique<int>(number); };

  EXPECT_EQ(*this->pool_.apply(make, 1), 1);
  EXPECT_EQ(*this->pool_.apply_async(make, 2).get(), 2);
  EXPECT_EQ(*this->pool_.map(make, {3})[0], 3);
  EXPECT_EQ(*this->pool_.imap(make, {4}).next(), 4);
  EXPECT_EQ(*this->pool_.try_map(make, {5})[0].value(), 5);
  EXPECT_EQ(*std::move(this->pool_.try_map(make, {6})[0]).value(), 6);
  EXPECT_EQ(this->pool_.apply([] { return std::unique_ptr<int>(); }), nullptr);
}

}  // namespace
}  // namespace multiprocessing::tests::values_test
