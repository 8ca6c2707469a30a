// SPDX-License-Identifier: MIT
#include <multiprocessing/register_exception.hpp>

#include "pool/sent_exception.hpp"

#include <multiprocessing/errors.hpp>

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace multiprocessing::detail::register_exception_test {
namespace {

using tests::caught_as;
using tests::nested_of;
using tests::sent;

class ParseError : public std::runtime_error {
 public:
  ParseError() : ParseError("", 0) {}
  ParseError(const std::string& text, int line_) : std::runtime_error(text), line(line_) {}
  template <class Archive>
  void serialize(Archive& archive) {
    archive(line);
  }
  int line;
};
class DerivedParseError : public ParseError {};

struct Code {  // not polymorphic: in what throw_with_nested makes of it, it does not come first
  std::string where;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(where);
  }
};

struct Last final : std::exception {
  const char* what() const noexcept override { return text.c_str(); }
  template <class Archive>
  void serialize(Archive& archive) {
    archive(text);
  }
  std::string text;
};

struct HoldsItsOwn : std::runtime_error, std::nested_exception {
  HoldsItsOwn() : std::runtime_error("holds") {}
  template <class Archive>
  void serialize(Archive&) {}
};

enum class Reason { none, tired };

TEST(RegisterException, MakesATypeArriveWithItsDataAndText) {
  register_exception<ParseError>();
  const auto thrown = std::make_exception_ptr(ParseError("line is empty", 3));

  for (const auto& arrived : {sent(thrown), sent(sent(thrown))}) {
    const auto* error = caught_as<ParseError>(arrived);
    ASSERT_NE(error, nullptr) << describe(arrived);
    EXPECT_EQ(error->line, 3);
    EXPECT_STREQ(error->what(), "line is empty");
    EXPECT_NE(caught_as<RemoteTraceback>(nested_of(arrived)), nullptr);
  }
}

TEST(RegisterException, FindsTheTypeInsideWhatThrowWithNestedThrows) {
  register_exception<ParseError>();
  register_exception<Code>();
  const auto inner = nest(Code{"inside"}, std::make_exception_ptr(std::logic_error("reason")));
  const auto arrived = sent(nest(ParseError("text", 4), inner));

  ASSERT_NE(caught_as<ParseError>(arrived), nullptr);
  EXPECT_EQ(caught_as<ParseError>(arrived)->line, 4);
  const auto traceback = nested_of(arrived);
  ASSERT_NE(caught_as<Code>(nested_of(traceback)), nullptr) << describe(arrived);
  EXPECT_EQ(caught_as<Code>(nested_of(traceback))->where, "inside");
  EXPECT_NE(caught_as<std::logic_error>(nested_of(nested_of(traceback))), nullptr);
}

TEST(RegisterException, CountsForExactlyThatType) {
  register_exception<ParseError>();
  const auto arrived = sent(std::make_exception_ptr(DerivedParseError()));

  EXPECT_EQ(caught_as<ParseError>(arrived), nullptr);
  EXPECT_NE(caught_as<RemoteError>(arrived), nullptr);
}

TEST(RegisterException, TakesTypesThatCannotNest) {
  register_exception<Last>();
  register_exception<Reason>();
  Last last;
  last.text = "the last";

  const auto arrived = sent(std::make_exception_ptr(last));
  ASSERT_NE(caught_as<Last>(arrived), nullptr);
  EXPECT_STREQ(caught_as<Last>(arrived)->what(), "the last");
  const auto reason = sent(std::make_exception_ptr(Reason::tired));
  ASSERT_NE(caught_as<Reason>(reason), nullptr);
  EXPECT_EQ(*caught_as<Reason>(reason), Reason::tired);
}

TEST(RegisterException, TakesTypesThatNestByThemselves) {
  register_exception<HoldsItsOwn>();
  const auto arrived = sent(std::make_exception_ptr(HoldsItsOwn()));

  ASSERT_NE(caught_as<HoldsItsOwn>(arrived), nullptr);
  EXPECT_NE(caught_as<RemoteTraceback>(nested_of(arrived)), nullptr);
}

struct CannotBeSaved : std::runtime_error {
  CannotBeSaved() : std::runtime_error("what the task had to say") {}
  template <class Archive>
  void save(Archive& archive) const {
    archive(1);
    throw std::bad_alloc();
  }
  template <class Archive>
  void load(Archive&) {}
};
struct CannotBeLoaded : std::runtime_error {
  CannotBeLoaded() : std::runtime_error("what the task had to say") {}
  template <class Archive>
  void save(Archive&) const {}
  template <class Archive>
  void load(Archive&) {
    throw 7;
  }
};
struct ReadsMore : CannotBeLoaded {
  template <class Archive>
  void save(Archive&) const {}
  template <class Archive>
  void load(Archive& archive) {
    int more = 0;
    archive(more);
  }
};
struct ReadsLess : CannotBeLoaded {
  template <class Archive>
  void save(Archive& archive) const {
    archive(1);
  }
  template <class Archive>
  void load(Archive&) {}
};

template <class E>
void expect_name_and_text() {
  register_exception<E>();
  const auto arrived = sent(nest(E(), std::make_exception_ptr(std::logic_error("reason"))));
  const auto* error = caught_as<RemoteError>(arrived);
  ASSERT_NE(error, nullptr) << describe(arrived);
  EXPECT_STREQ(error->what(), "what the task had to say");
  EXPECT_NE(error->type_name().find("(anonymous namespace)::"), std::string::npos) << error->type_name();
  EXPECT_NE(caught_as<std::logic_error>(nested_of(nested_of(arrived))), nullptr);
}

TEST(RegisterException, LosesNeitherNameNorTextWhereTheDataCannotTravel) {
  expect_name_and_text<CannotBeSaved>();
  expect_name_and_text<CannotBeLoaded>();
  expect_name_and_text<ReadsMore>();
  expect_name_and_text<ReadsLess>();
}

TEST(RegisterException, MayBeCalledFromSeveralThreadsAndAgain) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([] {
      for (int j = 0; j < 1000; ++j) {
        register_exception<ParseError>();
        register_exception<Last>();
        register_exception<Code>();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();

  EXPECT_NE(caught_as<Code>(sent(std::make_exception_ptr(Code{}))), nullptr);
  EXPECT_NE(caught_as<RemoteError>(sent(std::make_exception_ptr(DerivedParseError()))), nullptr);
}

}  // namespace
}  // namespace multiprocessing::detail::register_exception_test
