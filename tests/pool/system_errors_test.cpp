// SPDX-License-Identifier: MIT
#include "pool/sent_exception.hpp"

#include <multiprocessing/errors.hpp>

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <future>
#include <string>
#include <system_error>

namespace multiprocessing::detail::system_errors_test {
namespace {

using tests::caught_as;
using tests::expect_arrives;
using tests::expect_arrives_made_of;
using tests::sent;
using tests::thrown_by;

TEST(SystemErrors, KeepsTheCodeOfASystemError) {
  const std::error_category* categories[] = {&std::generic_category(), &std::system_category(),
                                             &std::iostream_category(), &std::future_category()};
  for (const std::error_category* category : categories) {
    for (const int value : {0, 1, 2, 13, 4711, -5}) {
      const std::error_code code(value, *category);
      const std::system_error errors[] = {std::system_error(code, "open x"), std::system_error(code),
                                          std::system_error(code, "")};
      for (const std::system_error& error : errors) {
        expect_arrives<std::system_error>(std::make_exception_ptr(error));
        const auto arrived = sent(std::make_exception_ptr(error));
        EXPECT_EQ(caught_as<std::system_error>(arrived)->code(), code);
        const std::system_error copy = *caught_as<std::system_error>(arrived);
        EXPECT_STREQ(copy.what(), error.what()) << "the text is that of the std::system_error itself";
      }
    }
  }
}

TEST(SystemErrors, KeepsTypeTextAndValueOfACodeInAProgramsOwnCategory) {
  struct Own : std::error_category {
    const char* name() const noexcept override { return "own"; }
    std::string message(int) const override { return "own message"; }
  };
  static const Own own;
  const std::error_code code(7, own);
  expect_arrives_made_of<std::system_error>(code, "text");
  const auto arrived = sent(std::make_exception_ptr(std::system_error(code, "text")));

  const auto* error = caught_as<std::system_error>(arrived);
  ASSERT_NE(error, nullptr);
  EXPECT_STREQ(error->what(), "text: own message");
  EXPECT_EQ(error->code().value(), 7);
  EXPECT_NE(error->code(), std::error_code(7, std::generic_category()));
  EXPECT_NE(error->code(), code);
}

TEST(SystemErrors, KeepsPathsAndCodeOfAFilesystemError) {
  using std::filesystem::filesystem_error;
  const std::error_code code(2, std::generic_category());
  const filesystem_error errors[] = {
      filesystem_error("no paths", code),         filesystem_error("one", "/a b", code),
      filesystem_error("two", "/a", "b\n", code), filesystem_error("empty", "", code),
      filesystem_error("empty", "", "", code),    filesystem_error("second", "", "/b", code),
      filesystem_error("first", "/a", "", code),  filesystem_error("", "/a", "/b", std::error_code()),
  };
  for (const filesystem_error& error : errors) {
    expect_arrives<filesystem_error>(std::make_exception_ptr(error));
    const auto arrived = sent(std::make_exception_ptr(error));
    EXPECT_EQ(caught_as<filesystem_error>(arrived)->path1(), error.path1());
    EXPECT_EQ(caught_as<filesystem_error>(arrived)->path2(), error.path2());
    EXPECT_EQ(caught_as<filesystem_error>(arrived)->code(), error.code());
  }
  expect_arrives<filesystem_error>(thrown_by([] { (void)std::filesystem::file_size("/nonexistent"); }));
}

TEST(SystemErrors, RebuildsWhatAStreamThrows) {
  const auto thrown = thrown_by([] {
    std::ifstream file;
    file.exceptions(std::ios::failbit);
    file.open("/nonexistent");
  });

  expect_arrives<std::ios_base::failure>(thrown);
  expect_arrives_made_of<std::ios_base::failure>("made by hand", std::error_code(5, std::system_category()));
  const auto arrived = sent(thrown);
  EXPECT_EQ(caught_as<std::ios_base::failure>(arrived)->code(), std::io_errc::stream);
}

}  // namespace
}  // namespace multiprocessing::detail::system_errors_test
