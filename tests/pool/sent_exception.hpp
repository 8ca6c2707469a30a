// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/exception_codec.hpp>
#include <multiprocessing/errors.hpp>

#include <gtest/gtest.h>

#include <exception>
#include <functional>
#include <type_traits>
#include <typeinfo>
#include <utility>

namespace multiprocessing::tests {

inline std::exception_ptr sent(const std::exception_ptr& error) {
  detail::Bytes bytes;
  detail::BytesSink sink(bytes);
  detail::encode_exception(error, "traceback", sink);
  sink.finish();
  detail::BytesSource source(bytes);
  const std::exception_ptr arrived = detail::decode_exception(source);
  if (source.remaining_bytes() != 0) throw detail::MalformedBytes("not all was read");
  return arrived;
}

// What a catch clause for E finds, or nullptr; it lives as long as `error`.
template <class E>
const E* caught_as(const std::exception_ptr& error) {
  if (!error) return nullptr;
  try {
    std::rethrow_exception(error);
  } catch (E& caught) {
    return &caught;
  } catch (...) {
    return nullptr;
  }
}

inline std::exception_ptr nested_of(const std::exception_ptr& error) {
  const auto* outer = caught_as<std::nested_exception>(error);
  return outer == nullptr ? nullptr : outer->nested_ptr();
}

inline std::exception_ptr thrown_by(const std::function<void()>& task) {
  try {
    task();
  } catch (...) {
    return std::current_exception();
  }
  return nullptr;
}

// What is thrown arrives as its type, with the same text and a traceback, after one process and after two.
template <class E>
void expect_arrives(const std::exception_ptr& thrown) {
  const E* original = caught_as<E>(thrown);
  ASSERT_NE(original, nullptr) << typeid(E).name();
  for (const auto& arrived : {sent(thrown), sent(sent(thrown))}) {
    const E* error = caught_as<E>(arrived);
    ASSERT_NE(error, nullptr) << typeid(E).name() << " arrived as: " << describe(arrived);
    EXPECT_STREQ(error->what(), original->what()) << typeid(E).name();
    EXPECT_EQ(caught_as<RemoteError>(arrived) == nullptr, !(std::is_same_v<E, RemoteError>));
    const RemoteTraceback* traceback = caught_as<RemoteTraceback>(nested_of(arrived));
    ASSERT_NE(traceback, nullptr) << typeid(E).name();
    EXPECT_STREQ(traceback->what(), "traceback");
  }
}

template <class E, class... A>
void expect_arrives_made_of(A&&... arguments) {
  expect_arrives<E>(std::make_exception_ptr(E(std::forward<A>(arguments)...)));
}

}  // namespace multiprocessing::tests
