// SPDX-License-Identifier: MIT
#include <multiprocessing/errors.hpp>
#include <multiprocessing/outcome.hpp>

#include <gtest/gtest.h>

#include <stdexcept>

namespace multiprocessing::tests {
namespace {

template <class E>
std::exception_ptr nested(const E& outer, const std::exception_ptr& inner) {
  try {
    try {
      std::rethrow_exception(inner);
    } catch (...) {
      std::throw_with_nested(outer);
    }
  } catch (...) {
    return std::current_exception();
  }
}

struct Silent : std::exception {
  const char* what() const noexcept override { return ""; }
};

TEST(Describe, SaysThatThereIsNoError) { EXPECT_EQ(describe(nullptr), "no error"); }

TEST(Describe, IsTheTextOfAStandardException) {
  EXPECT_EQ(describe(std::make_exception_ptr(std::runtime_error("line 3 is empty"))), "line 3 is empty");
}

TEST(Describe, GivesEachNestedErrorALineTheOutermostFirst) {
  const auto inner = std::make_exception_ptr(std::out_of_range("no such key"));
  const auto middle = nested(RemoteTraceback("item 3 in worker 1 (pid 77)"), inner);

  EXPECT_EQ(describe(nested(std::runtime_error("cannot count"), middle)),
            "cannot count\nitem 3 in worker 1 (pid 77)\nno such key");
}

TEST(Describe, NamesTheTypeWhereThereIsNoText) {
  EXPECT_EQ(describe(std::make_exception_ptr(Silent())), "multiprocessing::tests::(anonymous namespace)::Silent");
  EXPECT_EQ(describe(nested(Silent(), std::make_exception_ptr(7))),
            "multiprocessing::tests::(anonymous namespace)::Silent\nint");
}

TEST(Describe, NamesTheTypeOfAnErrorThatCouldNotBeRebuilt) {
  EXPECT_EQ(describe(std::make_exception_ptr(RemoteError("line 3", "my::ParseError"))), "my::ParseError: line 3");
  EXPECT_EQ(describe(std::make_exception_ptr(RemoteError("my::Odd", "my::Odd"))), "my::Odd");
}

TEST(Describe, ShowsTextThatWasThrown) {
  EXPECT_EQ(describe(std::make_exception_ptr<const char*>("oh")), "char const*: oh");
  EXPECT_NE(describe(std::make_exception_ptr(std::string("oh"))).find(": oh"), std::string::npos);
}

TEST(Describe, EndsWhereAChainLeadsBackToItself) {
  struct Loop : std::runtime_error, std::nested_exception {
    using std::runtime_error::runtime_error;
  };
  const std::nested_exception nothing;  // made here, where none is handled
  const std::exception_ptr loop = std::make_exception_ptr(Loop("again"));
  try {
    std::rethrow_exception(loop);
  } catch (Loop& caught) {
    static_cast<std::nested_exception&>(caught) = std::nested_exception();  // holds what is being handled: itself
  }

  EXPECT_EQ(describe(loop).rfind("again\nagain\n", 0), 0u);

  try {
    std::rethrow_exception(loop);
  } catch (Loop& caught) {
    static_cast<std::nested_exception&>(caught) = nothing;  // or it would own itself for ever
  }
}

TEST(Describe, IsTheMessageOfAnOutcome) {
  const auto outcome = Outcome<int>::failure(3, std::make_exception_ptr(std::runtime_error("no")));

  EXPECT_EQ(outcome.message(), "no");
}

}  // namespace
}  // namespace multiprocessing::tests
