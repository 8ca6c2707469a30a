// SPDX-License-Identifier: MIT
#include <multiprocessing/detail/exception_codec.hpp>

#include "pool/sent_exception.hpp"

#include <multiprocessing/errors.hpp>
#include <multiprocessing/register_exception.hpp>

#include <gtest/gtest.h>

#include <any>
#include <functional>
#include <future>
#include <memory>
#include <new>
#include <optional>
#include <regex>
#include <stdexcept>
#include <string>
#include <system_error>
#include <typeinfo>
#include <variant>

namespace multiprocessing::detail {
namespace {

using tests::caught_as;
using tests::expect_arrives;
using tests::expect_arrives_made_of;
using tests::nested_of;
using tests::sent;
using tests::thrown_by;

TEST(ExceptionCodec, RebuildsTheErrorsThatHoldAText) {
  expect_arrives_made_of<std::logic_error>("logic_error with \xC3\xA4");
  expect_arrives_made_of<std::invalid_argument>("");
  expect_arrives_made_of<std::domain_error>("domain");
  expect_arrives_made_of<std::length_error>("length");
  expect_arrives_made_of<std::out_of_range>("range");
  expect_arrives_made_of<std::runtime_error>("runtime");
  expect_arrives_made_of<std::range_error>("range");
  expect_arrives_made_of<std::overflow_error>("overflow");
  expect_arrives_made_of<std::underflow_error>(std::string(100'000, 'x'));
}

TEST(ExceptionCodec, RebuildsTheErrorsThatHoldNothing) {
  expect_arrives_made_of<std::exception>();
  expect_arrives_made_of<std::bad_alloc>();
  expect_arrives_made_of<std::bad_array_new_length>();
  expect_arrives_made_of<std::bad_cast>();
  expect_arrives_made_of<std::bad_typeid>();
  expect_arrives_made_of<std::bad_exception>();
  expect_arrives_made_of<std::bad_function_call>();
  expect_arrives_made_of<std::bad_optional_access>();
  expect_arrives_made_of<std::bad_variant_access>();
  expect_arrives_made_of<std::bad_any_cast>();
  expect_arrives_made_of<std::bad_weak_ptr>();
}

TEST(ExceptionCodec, KeepsTheTextThatTheLibraryItselfGave) {
  expect_arrives<std::bad_variant_access>(thrown_by([] { std::get<int>(std::variant<int, char>('x')); }));
  expect_arrives<std::bad_optional_access>(thrown_by([] { std::optional<int>().value(); }));
  expect_arrives<std::bad_any_cast>(thrown_by([] { std::any_cast<int>(std::any('x')); }));
  expect_arrives<std::bad_function_call>(thrown_by([] { std::function<void()>()(); }));
  expect_arrives<std::out_of_range>(thrown_by([] { (void)std::string().at(1); }));
  expect_arrives<std::invalid_argument>(thrown_by([] { (void)std::stoi("x"); }));
  expect_arrives<std::bad_weak_ptr>(thrown_by([] { (void)std::shared_ptr<int>(std::weak_ptr<int>()); }));
}

TEST(ExceptionCodec, KeepsTheCodesOfFutureAndRegexErrors) {
  const auto broken = thrown_by([] { std::promise<int>().get_future(), std::future<int>().get(); });
  expect_arrives<std::future_error>(broken);
  EXPECT_EQ(caught_as<std::future_error>(sent(broken))->code(), std::future_errc::no_state);
  const auto pattern = thrown_by([] { std::regex("("); });
  expect_arrives<std::regex_error>(pattern);
  EXPECT_EQ(caught_as<std::regex_error>(sent(pattern))->code(), caught_as<std::regex_error>(pattern)->code());
}

TEST(ExceptionCodec, RebuildsTheErrorsOfThisLibrary) {
  expect_arrives_made_of<ProcessError>("process");
  expect_arrives_made_of<TimeoutError>("timeout");
  expect_arrives_made_of<CancelledError>("cancelled");
  expect_arrives_made_of<BrokenPool>("broken");
  expect_arrives_made_of<StopIteration>("stop");
  expect_arrives_made_of<PicklingError>("pickling");
  expect_arrives_made_of<MaybeEncodingError>("encoding");
  expect_arrives_made_of<MalformedBytes>("malformed");
  expect_arrives_made_of<RemoteTraceback>("another");
  expect_arrives_made_of<RemoteError>("text", "my::Type");
  expect_arrives_made_of<WorkerLost>("lost", 3u, 77, 9, std::nullopt);

  const auto lost = sent(std::make_exception_ptr(WorkerLost("lost", 3, 77, std::nullopt, 9)));
  EXPECT_EQ(caught_as<WorkerLost>(lost)->index(), 3u);
  EXPECT_EQ(caught_as<WorkerLost>(lost)->pid(), 77);
  EXPECT_EQ(caught_as<WorkerLost>(lost)->signal(), std::nullopt);
  EXPECT_EQ(caught_as<WorkerLost>(lost)->exit_code(), 9);

  const auto late = sent(std::make_exception_ptr(DeadlineExceeded("late", 4, 78)));
  ASSERT_NE(caught_as<DeadlineExceeded>(late), nullptr);
  EXPECT_STREQ(caught_as<DeadlineExceeded>(late)->what(), "late");
  EXPECT_EQ(caught_as<DeadlineExceeded>(late)->index(), 4u);
  EXPECT_EQ(caught_as<DeadlineExceeded>(late)->pid(), 78);
  const auto remote = sent(std::make_exception_ptr(RemoteError("text", "my::Type")));
  EXPECT_EQ(caught_as<RemoteError>(remote)->type_name(), "my::Type");
}

struct Unknown : std::runtime_error {
  using std::runtime_error::runtime_error;
};
struct NoException {
  int code = 0;
};

TEST(ExceptionCodec, GivesAnUnknownTypeAsRemoteErrorAlsoIfItsBaseIsKnown) {
  const auto arrived = sent(std::make_exception_ptr(Unknown("text")));

  ASSERT_NE(caught_as<RemoteError>(arrived), nullptr);
  EXPECT_STREQ(caught_as<RemoteError>(arrived)->what(), "text");
  EXPECT_EQ(caught_as<RemoteError>(arrived)->type_name(), "multiprocessing::detail::(anonymous namespace)::Unknown");
  EXPECT_NE(caught_as<RemoteTraceback>(nested_of(arrived)), nullptr);
}

TEST(ExceptionCodec, GivesWhatIsNoExceptionAsRemoteErrorWithTheNameOfItsType) {
  const auto arrived = sent(std::make_exception_ptr(NoException()));

  ASSERT_NE(caught_as<RemoteError>(arrived), nullptr);
  EXPECT_EQ(caught_as<RemoteError>(arrived)->what(), caught_as<RemoteError>(arrived)->type_name());
}

TEST(ExceptionCodec, KeepsAChainNestedBehindTheTraceback) {
  const auto thrown = thrown_by([] {
    try {
      try {
        try {
          throw 42;
        } catch (...) {
          std::throw_with_nested(Unknown("third"));
        }
      } catch (...) {
        std::throw_with_nested(std::system_error(std::make_error_code(std::errc::io_error), "second"));
      }
    } catch (...) {
      std::throw_with_nested(std::out_of_range("first"));
    }
  });

  for (const auto& arrived : {sent(thrown), sent(sent(thrown))}) {
    ASSERT_NE(caught_as<std::out_of_range>(arrived), nullptr);
    auto next = nested_of(arrived);
    while (caught_as<RemoteTraceback>(next) != nullptr) next = nested_of(next);
    ASSERT_NE(caught_as<std::system_error>(next), nullptr);
    EXPECT_STREQ(caught_as<std::system_error>(next)->what(), caught_as<std::system_error>(nested_of(thrown))->what());
    next = nested_of(next);
    ASSERT_NE(caught_as<RemoteError>(next), nullptr);
    EXPECT_EQ(caught_as<RemoteError>(next)->type_name(), "multiprocessing::detail::(anonymous namespace)::Unknown");
    next = nested_of(next);
    ASSERT_NE(caught_as<int>(next), nullptr);
    EXPECT_EQ(nested_of(next), nullptr);
  }
}

TEST(ExceptionCodec, LeavesTheCallersOwnExceptionOut) {
  try {
    throw std::runtime_error("handled meanwhile");
  } catch (...) {
    const auto arrived = sent(std::make_exception_ptr(std::logic_error("x")));
    EXPECT_EQ(nested_of(nested_of(arrived)), nullptr);
  }
}

TEST(ExceptionCodec, EndsAChainThatIsTooDeep) {
  std::exception_ptr chain = std::make_exception_ptr(std::runtime_error("deepest"));
  for (int depth = 0; depth < 1000; ++depth) chain = nest(std::runtime_error("deep"), chain);
  const auto arrived = sent(chain);

  int depth = 0;
  for (auto next = arrived; next; next = nested_of(next)) ++depth;
  EXPECT_EQ(depth, 101);
}

TEST(ExceptionCodec, SendsSomethingForNoExceptionAtAll) { EXPECT_NE(sent(nullptr), nullptr); }

}  // namespace
}  // namespace multiprocessing::detail
