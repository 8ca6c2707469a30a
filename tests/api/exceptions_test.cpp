// SPDX-License-Identifier: MIT
#include <gtest/gtest.h>

#include <filesystem>
#include <future>
#include <new>
#include <optional>
#include <system_error>
#include <variant>

#include "api/every_pool.hpp"

namespace multiprocessing::tests::exceptions_test {
namespace {

struct OutOfStock : std::runtime_error {
  OutOfStock() : std::runtime_error("out of stock") {}
  explicit OutOfStock(int missing) : std::runtime_error("out of stock"), missing_pieces(missing) {}
  int missing_pieces = 0;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(missing_pieces);
  }
};

struct Unknown : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct NoException {
  int number;
};

// By a static object: so that a process that is spawned, too, does so before its main().
const bool out_of_stock_is_registered = (register_exception<OutOfStock>(), true);

template <class P>
class Exceptions : public ::testing::Test {
 protected:
  template <class Function>
  std::exception_ptr thrown_by(Function function) {
    P pool(1);
    return pool.try_map(function, {7})[0].error();
  }
};
TYPED_TEST_SUITE(Exceptions, EveryPool, PoolNames);

TYPED_TEST(Exceptions, StandardOnesAreCaughtAsWhatTheyWere) {
  TypeParam pool(2);

  EXPECT_THROW(pool.apply([] { throw std::out_of_range("a"); }), std::out_of_range);
  EXPECT_THROW(pool.apply([] { return std::string().at(5); }), std::out_of_range);
  EXPECT_THROW(pool.apply([] { return std::stoi("x"); }), std::invalid_argument);
  EXPECT_THROW(pool.apply([] { throw std::bad_alloc(); }), std::bad_alloc);
  EXPECT_THROW(pool.apply([] { return std::optional<int>().value(); }), std::bad_optional_access);
  EXPECT_THROW(pool.apply([] { return std::get<1>(std::variant<int, long>(1)); }), std::bad_variant_access);
  EXPECT_THROW(pool.apply([] { throw std::logic_error("b"); }), std::logic_error);
  try {
    pool.apply([] { throw std::overflow_error("too much"); });
    FAIL();
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "too much");
  }
}

TYPED_TEST(Exceptions, SystemErrorsKeepTheirCodeAndPaths) {
  TypeParam pool(2);
  try {
    pool.apply([] { throw std::system_error(ENOSPC, std::generic_category(), "while saving"); });
    FAIL();
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code(), std::errc::no_space_on_device);
    EXPECT_EQ(std::string(error.what()).find("while saving"), 0u);
  }
  try {
    pool.apply([] { return std::filesystem::file_size("/no/such/file"); });
    FAIL();
  } catch (const std::filesystem::filesystem_error& error) {
    EXPECT_EQ(error.code(), std::errc::no_such_file_or_directory);
    EXPECT_EQ(error.path1(), "/no/such/file");
  }
}

TYPED_TEST(Exceptions, RegisteredOnesKeepTheirData) {
  TypeParam pool(2);
  try {
    pool.apply([](int missing) { throw OutOfStock(missing); }, 12);
    FAIL();
  } catch (const OutOfStock& error) {
    EXPECT_EQ(error.missing_pieces, 12);
    EXPECT_STREQ(error.what(), "out of stock");
  }
}

TYPED_TEST(Exceptions, NestedOnesStayNested) {
  const std::exception_ptr error = this->thrown_by([](int) {
    try {
      throw OutOfStock(3);
    } catch (...) {
      std::throw_with_nested(std::runtime_error("cannot deliver"));
    }
  });

  const std::string text = describe(error);
  EXPECT_EQ(text.find("cannot deliver"), 0u) << text;
  EXPECT_NE(text.find("\nout of stock"), std::string::npos) << text;
}

TYPED_TEST(Exceptions, ThrownNumbersAndTextArriveAsSuch) {
  TypeParam pool(2);
  const auto outcomes = pool.try_map(
      [](int kind) {
        if (kind == 0) throw 42;
        if (kind == 1) throw std::string("text");
        throw "literal";
      },
      {0, 1, 2});

  ASSERT_NE(outcomes[0].template error_as<int>(), nullptr);
  EXPECT_EQ(*outcomes[0].template error_as<int>(), 42);
  ASSERT_NE(outcomes[1].template error_as<std::string>(), nullptr);
  EXPECT_EQ(*outcomes[1].template error_as<std::string>(), "text");
  ASSERT_NE(outcomes[2].template error_as<const char*>(), nullptr);
  EXPECT_STREQ(*outcomes[2].template error_as<const char*>(), "literal");
}

TEST(ExceptionsOfThreadPool, AreTheObjectsThatWereThrown) {
  ThreadPool pool(1);
  const auto outcome = std::move(pool.try_map([](int) { throw Unknown("as it was"); }, {1})[0]);

  ASSERT_NE(outcome.error_as<Unknown>(), nullptr);
  EXPECT_EQ(outcome.message(), "as it was");
}

template <class P>
class SentExceptions : public Exceptions<P> {};
TYPED_TEST_SUITE(SentExceptions, EveryBytePool, PoolNames);

TYPED_TEST(SentExceptions, UnknownTypesAreRemoteErrorsWithTheirName) {
  TypeParam pool(1);
  const auto outcomes = pool.try_map(
      [](int number) {
        if (number == 0) throw Unknown("details");
        throw NoException{number};
      },
      {0, 1});

  const auto* first = outcomes[0].template error_as<RemoteError>();
  const auto* second = outcomes[1].template error_as<RemoteError>();
  ASSERT_NE(first, nullptr);
  ASSERT_NE(second, nullptr);
  EXPECT_STREQ(first->what(), "details");
  EXPECT_NE(first->type_name().find("multiprocessing::tests::"), std::string::npos) << first->type_name();
  EXPECT_NE(first->type_name().find("::Unknown"), std::string::npos) << first->type_name();
  EXPECT_NE(second->type_name().find("::NoException"), std::string::npos) << second->type_name();
  EXPECT_NE(outcomes[0].message().find("Unknown: details"), std::string::npos) << outcomes[0].message();
}

TYPED_TEST(SentExceptions, ATracebackIsNestedInThem) {
  TypeParam pool(1);
  const auto outcomes = pool.try_map([](int) { throw std::range_error("bad"); }, {5, 6});

  std::string traceback;
  try {
    std::rethrow_exception(outcomes[1].error());
  } catch (const std::range_error& error) {
    EXPECT_STREQ(error.what(), "bad");
    try {
      std::rethrow_if_nested(error);
      ADD_FAILURE() << "nothing is nested";
    } catch (const RemoteTraceback& nested) {
      traceback = nested.what();
    }
  }

  EXPECT_NE(traceback.find("item 1"), std::string::npos) << traceback;
  if constexpr (std::is_base_of_v<Pool, TypeParam>) {
    EXPECT_NE(traceback.find("worker 0"), std::string::npos) << traceback;
    EXPECT_NE(traceback.find(std::to_string(pool.worker_pids()[0])), std::string::npos) << traceback;
  }
  EXPECT_NE(traceback.find("\nthrown in "), std::string::npos) << traceback;
  EXPECT_EQ(outcomes[1].message(), "bad\n" + traceback);
}

TYPED_TEST(SentExceptions, WhatWasNestedFollowsTheTraceback) {
  const std::exception_ptr error = this->thrown_by([](int) {
    try {
      throw OutOfStock(3);
    } catch (...) {
      std::throw_with_nested(std::runtime_error("cannot deliver"));
    }
  });

  const std::string text = describe(error);
  const std::size_t outer = text.find("cannot deliver");
  const std::size_t traceback = text.find("\nitem 0");
  const std::size_t inner = text.find("\nout of stock");
  EXPECT_EQ(outer, 0u) << text;
  EXPECT_LT(outer, traceback) << text;
  EXPECT_LT(traceback, inner) << text;
  EXPECT_NE(inner, std::string::npos) << text;
}

TYPED_TEST(SentExceptions, LongTextsArriveWhole) {
  TypeParam pool(1);
  try {
    pool.apply([] { throw std::runtime_error(std::string(3'000'000, 'x')); });
    FAIL();
  } catch (const std::runtime_error& error) {
    EXPECT_EQ(std::string(error.what()).size(), 3'000'000u);
  }
  EXPECT_EQ(pool.apply([] { return 1; }), 1);
}

}  // namespace
}  // namespace multiprocessing::tests::exceptions_test
