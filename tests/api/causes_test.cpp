// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>
#include <signal.h>

#include <atomic>
#include <stdexcept>

#include "api/every_pool.hpp"
#include "support/shared.hpp"

// An error of ours in which another one is nested says in its own text what that one is.
namespace multiprocessing::tests::causes_test {
namespace {

// Serialisable, and known to the pool.
struct Unlicensed : std::runtime_error {
  Unlicensed() : Unlicensed(0) {}
  explicit Unlicensed(int number) : std::runtime_error(std::to_string(number) + " seats"), seats(number) {}
  template <class Archive>
  void serialize(Archive& archive) {
    archive(seats);
  }
  int seats;
};
// By a static object: so that a process that is spawned, too, does so before its main().
const bool unlicensed_is_registered = (register_exception<Unlicensed>(), true);

struct Unsendable {
  template <class Archive>
  void save(Archive&) const {
    throw std::domain_error("too heavy");
  }
  template <class Archive>
  void load(Archive&) {}
};

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

template <class P>
class Cause : public ::testing::Test {
 protected:
  // What is said by the BrokenPool of a pool whose initializer is this one.
  void set_initializer(const Initializer& initializer) {
    try {
      P pool({.processes = 2, .initializer = initializer});
      FAIL() << "the pool was made";
    } catch (const BrokenPool& error) {
      text_ = error.what();
      chain_ = describe(std::current_exception());
      try {
        std::rethrow_if_nested(error);
      } catch (...) {
        nested_ = std::current_exception();
      }
    }
  }
  template <class E>
  bool nests() const {
    try {
      if (nested_) std::rethrow_exception(nested_);
    } catch (const E&) {
      return true;
    } catch (...) {
    }
    return false;
  }
  std::string text_;
  std::string chain_;
  std::exception_ptr nested_;
};
TYPED_TEST_SUITE(Cause, EveryPool, PoolNames);

TYPED_TEST(Cause, OfABrokenPoolIsInItsTextByTypeAndWords) {
  this->set_initializer([] { throw std::runtime_error("no licence"); });
  EXPECT_TRUE(this->text_.ends_with("initializer threw: std::runtime_error: no licence")) << this->text_;
  EXPECT_TRUE(this->template nests<std::runtime_error>());
  EXPECT_EQ(count_of(this->chain_, "no licence"), 1u) << this->chain_;
}

TYPED_TEST(Cause, MayBeAnythingThatIsThrown) {
  this->set_initializer([] { throw 42; });
  EXPECT_TRUE(this->text_.ends_with(": int")) << this->text_;
  this->set_initializer([] { throw std::string("no licence"); });
  EXPECT_TRUE(this->text_.ends_with(": std::string: no licence")) << this->text_;
  this->set_initializer([] { throw std::bad_alloc(); });
  EXPECT_TRUE(this->text_.ends_with(": std::bad_alloc")) << this->text_;
  this->set_initializer([] { throw CancelledError("by another pool"); });
  EXPECT_TRUE(this->text_.ends_with("threw: by another pool")) << this->text_;
  this->set_initializer([] { throw Unlicensed(3); });
  EXPECT_TRUE(this->text_.ends_with("Unlicensed: 3 seats")) << this->text_;
  EXPECT_TRUE(this->template nests<Unlicensed>()) << describe(this->nested_);
}

TYPED_TEST(Cause, OfManyLinesIsInTheTextByTheFirstAndOnceInTheDescription) {
  this->set_initializer([] { throw std::runtime_error("no licence\nask for one"); });
  EXPECT_TRUE(this->text_.ends_with(": std::runtime_error: no licence")) << this->text_;
  EXPECT_EQ(count_of(this->chain_, "no licence\nask for one"), 1u) << this->chain_;
  EXPECT_EQ(count_of(this->chain_, "no licence"), 1u) << this->chain_;
}

TYPED_TEST(Cause, MayBeOfAnyLengthAndNoText) {
  this->set_initializer([] { throw std::runtime_error(std::string(100'000, 'x')); });
  EXPECT_LT(this->text_.size(), 2000u);
  EXPECT_TRUE(this->text_.ends_with("xxx…")) << this->text_;
  this->set_initializer([] { throw std::runtime_error("\xff\xfe\x80" + std::string(5000, '\x80')); });
  EXPECT_LT(this->text_.size(), 2000u);
  this->set_initializer([] { throw std::string("one\0two", 7); });
  EXPECT_TRUE(this->text_.ends_with(": std::string: one")) << this->text_;
}

template <class P>
class CauseInBytes : public ::testing::Test {};
TYPED_TEST_SUITE(CauseInBytes, EveryBytePool, PoolNames);

TYPED_TEST(CauseInBytes, OfWhatCannotBeSentIsInItsTextByTypeAndWords) {
  TypeParam pool(2);
  const auto argument = pool.try_map([](const Unsendable&) {}, {Unsendable()});
  ASSERT_NE(argument[0].template error_as<PicklingError>(), nullptr) << argument[0].message();
  EXPECT_TRUE(
      std::string(argument[0].template error_as<PicklingError>()->what()).ends_with(": std::domain_error: too heavy"))
      << argument[0].message();
  EXPECT_EQ(count_of(argument[0].message(), "too heavy"), 1u) << argument[0].message();

  const auto result = pool.try_map([](int) { return Unsendable(); }, {1});
  ASSERT_NE(result[0].template error_as<MaybeEncodingError>(), nullptr) << result[0].message();
  EXPECT_TRUE(std::string(result[0].template error_as<MaybeEncodingError>()->what())
                  .ends_with(": std::domain_error: too heavy"))
      << result[0].message();
  EXPECT_EQ(count_of(result[0].message(), "too heavy"), 1u) << result[0].message();
}

TEST(CauseOfABrokenPool, ThatBrokeWhileItWorkedIsToldToWhatIsPendingAndToLaterCalls) {
  const Shared<std::atomic<int>> starts;
  Pool pool({.processes = 1, .initializer = [&] {
               if (++*starts > 1) throw Unlicensed(7);
             }});
  auto dies = pool.apply_async([] { raise(SIGKILL); });
  auto pending = pool.apply_async([] {});
  EXPECT_THROW(dies.get(std::chrono::seconds(20) * patience), WorkerLost);

  const auto expect_cause = [](const auto& call) {
    try {
      call();
      ADD_FAILURE() << "it is not broken";
    } catch (const BrokenPool& error) {
      EXPECT_TRUE(std::string(error.what()).ends_with("Unlicensed: 7 seats")) << error.what();
      try {
        std::rethrow_if_nested(error);
        ADD_FAILURE() << "nothing is nested";
      } catch (const Unlicensed& unlicensed) {
        EXPECT_EQ(unlicensed.seats, 7);
      }
    }
  };
  expect_cause([&] { pending.get(std::chrono::seconds(20) * patience); });
  expect_cause([&] { pool.apply([] {}); });
}

}  // namespace
}  // namespace multiprocessing::tests::causes_test
