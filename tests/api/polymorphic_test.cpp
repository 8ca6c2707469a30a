// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <memory>

#include "api/every_pool.hpp"

namespace multiprocessing::tests {

// Of a name that stands for a type everywhere: cereal's registration wants one outside of functions and unnamed
// namespaces.
struct Shape {
  virtual ~Shape() = default;
  virtual double area() const = 0;
};
struct Square : Shape {
  explicit Square(double side_ = 0) : side(side_) {}
  double area() const override { return side * side; }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(side);
  }
  double side;
};
struct Disc : Shape {
  explicit Disc(double radius_ = 0) : radius(radius_) {}
  double area() const override { return 3 * radius * radius; }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(radius);
  }
  double radius;
};
struct Ring : Disc {
  explicit Ring(double radius_ = 0, double hole_ = 0) : Disc(radius_), hole(hole_) {}
  double area() const override { return Disc::area() - 3 * hole * hole; }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(cereal::base_class<Disc>(this), hole);
  }
  double hole;
};
struct Unregistered : Square {};
struct Unrelated : Shape {
  double area() const override { return 1; }
  template <class Archive>
  void serialize(Archive&) {}
};
struct Part {
  virtual ~Part() = default;
  std::weak_ptr<Part> whole;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(whole);
  }
};
struct Assembly : Part {
  std::vector<std::shared_ptr<Part>> parts;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(cereal::base_class<Part>(this), parts);
  }
};

}  // namespace multiprocessing::tests

CEREAL_REGISTER_TYPE(multiprocessing::tests::Square)
CEREAL_REGISTER_TYPE(multiprocessing::tests::Disc)
CEREAL_REGISTER_TYPE(multiprocessing::tests::Ring)
CEREAL_REGISTER_TYPE(multiprocessing::tests::Unrelated)
CEREAL_REGISTER_TYPE(multiprocessing::tests::Assembly)
CEREAL_REGISTER_POLYMORPHIC_RELATION(multiprocessing::tests::Shape, multiprocessing::tests::Square)
CEREAL_REGISTER_POLYMORPHIC_RELATION(multiprocessing::tests::Shape, multiprocessing::tests::Disc)

namespace multiprocessing::tests {
namespace {

double area_of(const std::shared_ptr<Shape>& shape) { return shape ? shape->area() : -1; }
std::unique_ptr<Shape> make_shape(int kind) {
  if (kind == 0) return nullptr;
  if (kind == 1) return std::make_unique<Square>(2);
  if (kind == 2) return std::make_unique<Ring>(2, 1);
  return std::make_unique<Unregistered>();
}

template <class Call>
std::string text_of_error(const Call& call) {
  try {
    call();
    return "nothing was thrown";
  } catch (const std::exception& error) {
    return error.what();
  }
}

template <class P>
class Polymorphic : public ::testing::Test {
 protected:
  P pool_{2};
};
TYPED_TEST_SUITE(Polymorphic, EveryBytePool, PoolNames);

TYPED_TEST(Polymorphic, ObjectsArriveAsWhatTheyAreBehindAPointerToTheirBase) {
  const std::vector<std::shared_ptr<Shape>> shapes{std::make_shared<Square>(3), std::make_shared<Disc>(2),
                                                   std::make_shared<Ring>(2, 1), nullptr};

  EXPECT_EQ(this->pool_.map(area_of, shapes), (std::vector<double>{9, 12, 9, -1}));
  EXPECT_EQ(this->pool_.apply([](const std::unique_ptr<Shape>& shape) { return shape->area(); },
                              std::unique_ptr<Shape>(std::make_unique<Ring>(2, 1))),
            9);
}

TYPED_TEST(Polymorphic, ResultsToo) {
  const auto shapes = this->pool_.map(make_shape, {0, 1, 2});

  EXPECT_EQ(shapes[0], nullptr);
  EXPECT_NE(dynamic_cast<const Square*>(shapes[1].get()), nullptr);
  const auto* const ring = dynamic_cast<const Ring*>(shapes[2].get());
  ASSERT_NE(ring, nullptr);
  EXPECT_EQ(ring->hole, 1);
}

TYPED_TEST(Polymorphic, APointerToABaseAndOneToItsOwnTypeStayOneObject) {
  using Both = std::tuple<std::shared_ptr<Shape>, std::shared_ptr<Ring>, std::shared_ptr<Disc>>;
  const auto ring = std::make_shared<Ring>(2, 1);

  const auto [shape, same, disc] = this->pool_.apply([](Both both) { return both; }, Both(ring, ring, ring));

  EXPECT_EQ(shape, same);
  EXPECT_EQ(disc, same);
  EXPECT_EQ(same.use_count(), 3);
}

TYPED_TEST(Polymorphic, ACycleWithAWeakPointerKeepsItsShape) {
  const auto whole = std::make_shared<Assembly>();
  whole->parts = {std::make_shared<Part>(), std::make_shared<Assembly>()};
  for (const auto& part : whole->parts) part->whole = whole;

  const auto arrived = this->pool_.apply([](std::shared_ptr<Part> part) { return part; }, std::shared_ptr<Part>(whole));

  const auto* const assembly = dynamic_cast<const Assembly*>(arrived.get());
  ASSERT_NE(assembly, nullptr);
  ASSERT_EQ(assembly->parts.size(), 2u);
  for (const auto& part : assembly->parts) EXPECT_EQ(part->whole.lock(), arrived);
  EXPECT_EQ(arrived.use_count(), 1);
}

TYPED_TEST(Polymorphic, OneThatIsNotRegisteredIsRefusedWhereItIsSent) {
  const auto result = [](int) -> std::unique_ptr<Shape> { return std::make_unique<Unregistered>(); };

  EXPECT_EQ(text_of_error([&] {
              this->pool_.map(area_of, std::vector<std::shared_ptr<Shape>>{std::make_shared<Unregistered>()});
            }),
            "an argument of type std::shared_ptr<multiprocessing::tests::Shape> cannot be sent: "
            "it points to a multiprocessing::tests::Unregistered, which is not registered; "
            "write CEREAL_REGISTER_TYPE(multiprocessing::tests::Unregistered) behind its definition, "
            "in a file that includes <multiprocessing/pool.hpp>");
  EXPECT_THROW(this->pool_.apply(area_of, std::shared_ptr<Shape>(new Unregistered)), PicklingError);
  EXPECT_THROW(this->pool_.apply(result, 1), MaybeEncodingError);
  const std::string text = text_of_error([&] { this->pool_.apply(result, 1); });
  EXPECT_NE(text.find("cannot be sent: it points to a multiprocessing::tests::Unregistered, which is not registered;"),
            std::string::npos)
      << text;
  EXPECT_EQ(text.find('\n'), std::string::npos) << text;
  EXPECT_EQ(this->pool_.apply(area_of, std::shared_ptr<Shape>(new Square(2))), 4);
}

TYPED_TEST(Polymorphic, OneOfWhoseBaseNothingIsKnownIsRefusedWhereItIsSent) {
  EXPECT_EQ(text_of_error(
                [&] { this->pool_.map(area_of, std::vector<std::shared_ptr<Shape>>{std::make_shared<Unrelated>()}); }),
            "an argument of type std::shared_ptr<multiprocessing::tests::Shape> cannot be sent: "
            "it points to a multiprocessing::tests::Unrelated, which is not registered as a "
            "multiprocessing::tests::Shape; write CEREAL_REGISTER_POLYMORPHIC_RELATION("
            "multiprocessing::tests::Shape, multiprocessing::tests::Unrelated), or archive "
            "cereal::base_class<multiprocessing::tests::Shape>(this) in its serialize()");
}

}  // namespace
}  // namespace multiprocessing::tests
