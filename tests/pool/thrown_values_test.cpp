// SPDX-License-Identifier: MIT
#include "pool/sent_exception.hpp"

#include <multiprocessing/errors.hpp>

#include <gtest/gtest.h>

#include <string>
#include <typeinfo>

namespace multiprocessing::detail::thrown_values_test {
namespace {

using tests::caught_as;
using tests::sent;

template <class T>
void expect_value_arrives(const T& value) {
  const auto arrived = sent(std::make_exception_ptr(value));
  try {
    std::rethrow_exception(arrived);
  } catch (T& caught) {
    EXPECT_EQ(caught, value) << typeid(T).name();
  } catch (...) {
    ADD_FAILURE() << typeid(T).name() << " arrived as: " << describe(arrived);
  }
}

TEST(ThrownValues, RebuildsNumbersThatWereThrown) {
  expect_value_arrives(true);
  expect_value_arrives(false);
  expect_value_arrives('x');
  expect_value_arrives(static_cast<signed char>(-1));
  expect_value_arrives(static_cast<unsigned char>(200));
  expect_value_arrives(L'x');
  expect_value_arrives(u8'x');
  expect_value_arrives(u'x');
  expect_value_arrives(U'x');
  expect_value_arrives(static_cast<short>(-3));
  expect_value_arrives(static_cast<unsigned short>(3));
  expect_value_arrives(-42);
  expect_value_arrives(42u);
  expect_value_arrives(-42L);
  expect_value_arrives(42UL);
  expect_value_arrives(-42LL);
  expect_value_arrives(42ULL);
  expect_value_arrives(1.5f);
  expect_value_arrives(-2.5);
  expect_value_arrives(2.25L);
}

const char* literal_in(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const char* text) {
    return text;
  } catch (...) {
    return nullptr;
  }
}

TEST(ThrownValues, RebuildsTextThatWasThrown) {
  using namespace std::string_literals;
  expect_value_arrives("a string with \0 in it"s);
  const auto arrived = sent(std::make_exception_ptr<const char*>("a literal"));
  EXPECT_STREQ(literal_in(arrived), "a literal");
  EXPECT_EQ(literal_in(arrived), literal_in(sent(arrived))) << "the text is kept once";
  EXPECT_STREQ(literal_in(sent(std::make_exception_ptr<const char*>(nullptr))), "");
}

TEST(ThrownValues, GivesTextThatIsTooLongToKeepAsARemoteError) {
  const std::string text(100'000, 'x');
  const auto arrived = sent(std::make_exception_ptr(text.c_str()));

  ASSERT_NE(caught_as<RemoteError>(arrived), nullptr);
  EXPECT_EQ(caught_as<RemoteError>(arrived)->what(), text);
}

}  // namespace
}  // namespace multiprocessing::detail::thrown_values_test
