// SPDX-License-Identifier: MIT
#include "pool/sent_exception.hpp"

#include <multiprocessing/detail/rethrowable.hpp>
#include <multiprocessing/errors.hpp>
#include <multiprocessing/register_exception.hpp>

#include <gtest/gtest.h>

#include <filesystem>
#include <random>
#include <regex>
#include <stdexcept>
#include <string>
#include <system_error>
#include <vector>

namespace multiprocessing::detail {
namespace {

struct Registered {
  std::string text;
  std::vector<int> numbers;
  template <class Archive>
  void serialize(Archive& archive) {
    archive(text, numbers);
  }
};

using Message = std::vector<std::byte>;

Message encoded(const std::exception_ptr& error) {
  Bytes bytes;
  BytesSink sink(bytes);
  encode_exception(error, "traceback", sink);
  sink.finish();
  Message message(bytes.size_bytes());
  BytesSource(bytes).read(message.data(), message.size());
  return message;
}

std::vector<Message> samples() {
  const std::error_code code(2, std::generic_category());
  const auto number = std::make_exception_ptr(true);
  return {encoded(std::make_exception_ptr(std::runtime_error("text"))),
          encoded(nest(std::system_error(code, "text"), nest(std::logic_error("inner"), number))),
          encoded(std::make_exception_ptr(std::filesystem::filesystem_error("text", "/a", "/b", code))),
          encoded(std::make_exception_ptr(std::regex_error(std::regex_constants::error_paren))),
          encoded(std::make_exception_ptr(WorkerLost("lost", 1, 2, 9, std::nullopt))),
          encoded(std::make_exception_ptr(Registered{"text", {1, 2, 3}})),
          encoded(std::make_exception_ptr<const char*>("literal")),
          encoded(std::make_exception_ptr(std::string("text")))};
}

class Mutations {
 public:
  explicit Mutations(unsigned seed) : random_(seed) {}

  Message of(Message message) {
    for (std::size_t times = 1 + below(4); times != 0; --times) mutate(message);
    return message;
  }
  std::size_t below(std::size_t limit) { return limit == 0 ? 0 : random_() % limit; }

 private:
  void mutate(Message& message) {
    if (message.empty()) message.resize(8);
    const std::size_t at = below(message.size());
    const auto place = message.begin() + static_cast<std::ptrdiff_t>(at);
    switch (below(6)) {
      case 0:
        message[at] ^= static_cast<std::byte>(1 << below(8));
        break;
      case 1:
        message[at] = static_cast<std::byte>(below(256));
        break;
      case 2:
        message.resize(at);
        break;
      case 3:
        message.insert(place, 1 + below(16), static_cast<std::byte>(below(256)));
        break;
      case 4:
        message.erase(place, place + static_cast<std::ptrdiff_t>(1 + below(message.size() - at)));
        break;
      default:
        for (std::size_t i = at; i < message.size() && i < at + 8; ++i) message[i] = std::byte{0xFF};
    }
  }

  std::mt19937 random_;
};

TEST(ExceptionCodec, TakesNothingButMalformedBytesFromDamagedMessages) {
  register_exception<Registered>();
  const std::vector<Message> originals = samples();
  Mutations mutations(4711);

  int malformed = 0;
  for (int i = 0; i < 100'000; ++i) {
    const Message message = mutations.of(originals[mutations.below(originals.size())]);
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
  for (const Message& message : samples()) {
    for (std::size_t size = 0; size < message.size(); ++size) {
      BytesSource source(message.data(), size);
      EXPECT_THROW(decode_exception(source), MalformedBytes) << size;
    }
  }
}

TEST(ExceptionCodec, RefusesAChainThatIsTooLong) {
  Message message = encoded(std::make_exception_ptr(7));
  const Message traceback(message.begin(), message.begin() + 8 + 9);
  Message link(message.begin() + 8 + 9, message.end());
  link.back() = std::byte{1};
  Message chain = traceback;
  for (int i = 0; i < 100'000; ++i) chain.insert(chain.end(), link.begin(), link.end());
  chain.back() = std::byte{0};

  BytesSource source(chain.data(), chain.size());
  EXPECT_THROW(decode_exception(source), MalformedBytes);
}

}  // namespace
}  // namespace multiprocessing::detail
