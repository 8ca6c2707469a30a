// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <variant>

#include "api/every_pool.hpp"

namespace multiprocessing::tests::plain_structs_test {
namespace {

enum class Colour { red, green };

struct Point {
  double x = 0;
  double y = 0;
  bool operator==(const Point&) const = default;
};
struct Nothing {
  bool operator==(const Nothing&) const = default;
};
struct Drawing {
  std::string name;
  std::vector<Point> points;
  std::map<std::string, Point> named;
  std::variant<std::monostate, Point, std::string> mark;
  std::optional<Colour> colour;
  std::array<Point, 2> corners;
  std::pair<int, Point> weighted;
  std::filesystem::path file;
  Nothing nothing;
  bool is_open = false;
  bool operator==(const Drawing&) const = default;
};
struct Tree {
  int value = 0;
  std::vector<Tree> children = {};
  std::shared_ptr<Tree> friend_of_all = {};
  std::unique_ptr<int> only = {};
};
// Says by itself how it is sent: that counts.
struct Celsius {
  double degrees = 0;
  template <class Archive>
  double save_minimal(const Archive&) const {
    return degrees + 1;
  }
  template <class Archive>
  void load_minimal(const Archive&, const double& loaded) {
    degrees = loaded;
  }
};
struct Said {
  int value = 0;
};
template <class Archive>
void save(Archive& archive, const Said& said) {
  archive(said.value + 1);
}
template <class Archive>
void load(Archive& archive, Said& said) {
  archive(said.value);
}
struct Line {
  double slope = 1;
  double offset = 0;
  double operator()(double x) const { return slope * x + offset; }
};

Drawing drawing() {
  return {"d",         {{1, 2}, {3, 4}}, {{"a", {5, 6}}},
          Point{7, 8}, Colour::green,    {Point{1, 1}, Point{2, 2}},
          {9, {1, 0}}, "/a/b",           {},
          true};
}

template <class P>
class PlainStructs : public ::testing::Test {
 protected:
  P pool_{2};
};
TYPED_TEST_SUITE(PlainStructs, EveryPool, PoolNames);

TYPED_TEST(PlainStructs, ArriveMemberByMember) {
  const auto same = [](const auto& value) { return value; };

  EXPECT_EQ(this->pool_.apply(same, Point{1, 2}), (Point{1, 2}));
  EXPECT_EQ(this->pool_.map(same, {drawing(), Drawing()}), (std::vector{drawing(), Drawing()}));
  EXPECT_EQ(this->pool_.map([](int x) { return Point{1.0 * x, 0}; }, {1, 2}), (std::vector{Point{1, 0}, Point{2, 0}}));
}

TYPED_TEST(PlainStructs, MayHoldThemselvesAndWhatCanOnlyBeMoved) {
  Tree tree;
  tree.children.resize(2);
  tree.children[1].children.resize(1);
  tree.children[1].children[0].value = 4;
  tree.only = std::make_unique<int>(5);
  tree.friend_of_all = std::make_shared<Tree>(Tree{6});
  tree.children[0].friend_of_all = tree.children[1].friend_of_all = tree.friend_of_all;

  const Tree arrived = this->pool_.apply([](Tree value) { return value; }, std::move(tree));

  EXPECT_EQ(arrived.children.at(1).children.at(0).value, 4);
  EXPECT_EQ(*arrived.only, 5);
  EXPECT_EQ(arrived.friend_of_all->value, 6);
  EXPECT_EQ(arrived.children[0].friend_of_all, arrived.friend_of_all);
  EXPECT_EQ(arrived.children[1].friend_of_all, arrived.friend_of_all);
}

TYPED_TEST(PlainStructs, MayBeFunctionsWithState) {
  EXPECT_EQ(this->pool_.map(Line{2, 1}, {1.0, 2.0}), (std::vector{3.0, 5.0}));
  EXPECT_EQ(this->pool_.apply(partial([](const Point& point, double x) { return point.x * x; }, Point{3, 0}), 2.0),
            6.0);
}

template <class P>
class PlainStructsAsBytes : public PlainStructs<P> {};
TYPED_TEST_SUITE(PlainStructsAsBytes, EveryBytePool, PoolNames);

TYPED_TEST(PlainStructsAsBytes, ThatSayHowTheyAreSentAreSentThatWay) {
  EXPECT_EQ(this->pool_.apply([](const Celsius& value) { return value.degrees; }, Celsius{1}), 2);
  EXPECT_EQ(this->pool_.apply([](const Said& value) { return value.value; }, Said{1}), 2);
  EXPECT_EQ(
      this->pool_.apply([](const std::vector<Said>& values) { return values.at(0).value; }, std::vector<Said>{{1}}), 2);
}

}  // namespace
}  // namespace multiprocessing::tests::plain_structs_test
