// SPDX-License-Identifier: MIT
#include <multiprocessing/detail/exception_codec.hpp>

#include <gtest/gtest.h>

#include "fuzz/encoded_exception.hpp"
#include "fuzz/fuzz_target.hpp"
#include "fuzz/mutations.hpp"

namespace multiprocessing::tests::malformed_exception_test {
namespace {

using namespace multiprocessing::detail;

TEST(ExceptionCodec, TakesNothingButMalformedBytesFromDamagedMessages) {
  Mutations mutations(4711, exception_target.samples());

  int malformed = 0;
  for (int i = 0; i < 100'000; ++i) {
    const Input message = mutations.next();
    BytesSource source(message.data(), message.size());
    try {
      ASSERT_NE(decode_exception(source), nullptr);
    } catch (const MalformedBytes&) {
      ++malformed;
    }
  }
  EXPECT_GT(malformed, 10'000);
  EXPECT_LT(malformed, 100'000);
}

TEST(ExceptionCodec, RefusesAMessageThatEndsAtAnyByte) {
  for (const Input& message : exception_target.samples()) {
    for (std::size_t size = 0; size < message.size(); ++size) {
      BytesSource source(message.data(), size);
      EXPECT_THROW(decode_exception(source), MalformedBytes) << size;
    }
  }
}

TEST(ExceptionCodec, RefusesAChainThatIsTooLong) {
  Input message = encoded_exception(std::make_exception_ptr(7));
  const Input traceback(message.begin(), message.begin() + 8 + 9);
  Input link(message.begin() + 8 + 9, message.end());
  link.back() = std::byte{1};
  Input chain = traceback;
  for (int i = 0; i < 100'000; ++i) chain.insert(chain.end(), link.begin(), link.end());
  chain.back() = std::byte{0};

  BytesSource source(chain.data(), chain.size());
  EXPECT_THROW(decode_exception(source), MalformedBytes);
}

}  // namespace
}  // namespace multiprocessing::tests::malformed_exception_test
