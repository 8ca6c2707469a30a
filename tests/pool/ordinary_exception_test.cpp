// SPDX-License-Identifier: MIT
#include <multiprocessing/pool.hpp>

#include "pool/sent_exception.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

// Exceptions without cereal functions: register_exception makes them from their text.

namespace multiprocessing::tests::ordinary_exception_test {
namespace {

struct ParseError : std::runtime_error {
  using runtime_error::runtime_error;
};
struct Last final : std::logic_error {
  explicit Last(const char* text) : std::logic_error(text) {}
};
struct Prefixed : std::runtime_error {
  explicit Prefixed(const std::string& place) : std::runtime_error("not found: " + place) {}
};
struct WithoutText : std::out_of_range {
  WithoutText() : std::out_of_range("no text is taken") {}
};
struct Stop : std::exception {
  const char* what() const noexcept override { return "stop"; }
};
struct KeepsItsText : std::exception {
  explicit KeepsItsText(std::string text_) : text(std::move(text_)) {}
  const char* what() const noexcept override { return text.c_str(); }
  std::string text;
};
struct VirtuallyDerived : virtual std::exception {
  explicit VirtuallyDerived(int number_ = 0) : number(number_) {}
  template <class Archive>
  void serialize(Archive& archive) {
    archive(number);
  }
  int number;
};

template <class E>
void expect_arrives_as_itself(const E& thrown) {
  register_exception<E>();
  const auto inner = std::make_exception_ptr(std::logic_error("reason"));
  const auto first = std::is_final_v<E> ? std::make_exception_ptr(thrown) : detail::nest(thrown, inner);
  for (const auto& arrived : {sent(first), sent(sent(first))}) {
    const E* error = caught_as<E>(arrived);
    ASSERT_NE(error, nullptr) << describe(arrived);
    EXPECT_STREQ(error->what(), thrown.what());
    EXPECT_EQ(caught_as<RemoteTraceback>(nested_of(arrived)) == nullptr, std::is_final_v<E>);
  }
}

TEST(OrdinaryException, ArrivesAsItselfWithItsText) {
  expect_arrives_as_itself(ParseError("line 3 is empty"));
  expect_arrives_as_itself(ParseError(""));
  expect_arrives_as_itself(Last("the last"));
  expect_arrives_as_itself(WithoutText());
  expect_arrives_as_itself(Stop());
  expect_arrives_as_itself(KeepsItsText("its own"));
  expect_arrives_as_itself(VirtuallyDerived(3));
}

TEST(OrdinaryException, SaysWhatItSaidAlthoughItsConstructorAddsToTheText) {
  expect_arrives_as_itself(Prefixed("Rome"));
  register_exception<Prefixed>();
  EXPECT_STREQ(caught_as<Prefixed>(sent(std::make_exception_ptr(Prefixed("Rome"))))->what(), "not found: Rome");
}

struct LastPrefixed final : std::runtime_error {
  explicit LastPrefixed(const std::string& place) : std::runtime_error("not found: " + place) {}
};
struct KeepsAnother : std::exception {
  explicit KeepsAnother(const std::string& place) : text("not found: " + place) {}
  const char* what() const noexcept override { return text.c_str(); }
  std::string text;
};
template <class E>
void expect_remote_error() {
  register_exception<E>();
  const auto arrived = sent(std::make_exception_ptr(E("Rome")));
  const auto* error = caught_as<RemoteError>(arrived);
  ASSERT_NE(error, nullptr) << describe(arrived);
  EXPECT_STREQ(error->what(), "not found: Rome");
}

TEST(OrdinaryException, IsARemoteErrorWhereItsTextWouldMakeAnother) {
  expect_remote_error<LastPrefixed>();
  expect_remote_error<KeepsAnother>();
}

struct WithData : std::runtime_error {
  WithData(const std::string& text, int line_) : std::runtime_error(text), line(line_) {}
  explicit WithData(const std::string& text) : WithData(text, 0) {}
  template <class Archive>
  void serialize(Archive& archive) {
    archive(line);
  }
  int line;
};

TEST(OrdinaryException, IsMadeFromItsTextAndThenLoadsItsDataWithoutADefaultConstructor) {
  register_exception<WithData>();
  const auto arrived = sent(std::make_exception_ptr(WithData("line is empty", 3)));
  ASSERT_NE(caught_as<WithData>(arrived), nullptr) << describe(arrived);
  EXPECT_EQ(caught_as<WithData>(arrived)->line, 3);
  EXPECT_STREQ(caught_as<WithData>(arrived)->what(), "line is empty");
}

int parse(int line) { throw ParseError("line " + std::to_string(line) + " is empty"); }

TEST(OrdinaryException, OfATaskIsCaughtByItsTypeInTheProgram) {
  register_exception<ParseError>();
  Pool pool(1);
  try {
    pool.apply(parse, 3);
    FAIL();
  } catch (const ParseError& error) {
    EXPECT_STREQ(error.what(), "line 3 is empty");
  }
  const auto outcomes = pool.try_map(parse, {4});
  ASSERT_NE(outcomes[0].error_as<ParseError>(), nullptr) << outcomes[0].message();
}

}  // namespace
}  // namespace multiprocessing::tests::ordinary_exception_test
