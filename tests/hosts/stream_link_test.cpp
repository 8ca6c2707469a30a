// SPDX-License-Identifier: MIT
#include "hosts/stream_link.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "fuzz/allocation_meter.hpp"
#include "os/stream_socket.hpp"

namespace multiprocessing::tests::stream_link_test {
namespace {

using namespace detail;

struct Sent {
  std::uint32_t kind = 0;
  std::string text = {};
  bool operator==(const Sent&) const = default;
};

// Two ends, moved by one thread. Nothing here blocks: a message that does not come is ended by the test's deadline.
class StreamLinkEnds : public ::testing::Test {
 protected:
  StreamLinkEnds() { connect(); }
  void connect() {
    auto [one, other] = stream_sockets();
    here_.emplace(std::move(one));
    there_.emplace(std::move(other));
  }
  void send(const Sent& message) {
    here_->send(message.kind, [&](ByteSink& sink) { sink.write(message.text.data(), message.text.size()); });
  }
  void take() {
    while (const auto message = there_->receive()) {
      received_.push_back({message->kind, {reinterpret_cast<const char*>(message->data.data()), message->data.size()}});
    }
  }
  const std::vector<Sent>& deliver(std::size_t messages) {
    while (received_.size() < messages) {
      EXPECT_TRUE(here_->flush());
      EXPECT_TRUE(there_->read());
      take();
    }
    EXPECT_EQ(here_->unsent_bytes(), 0u);
    return received_;
  }
  void send_raw(const void* data, std::size_t size_bytes) {
    ASSERT_EQ(::send(here_->fd(), data, size_bytes, 0), static_cast<ssize_t>(size_bytes));
  }
  void announce(std::uint64_t size_bytes) {
    const std::array<std::uint64_t, 2> header{size_bytes, 1};
    send_raw(header.data(), sizeof header);
  }

  std::optional<StreamLink> here_;
  std::optional<StreamLink> there_;
  std::vector<Sent> received_;
};

std::string text_of(std::size_t size, std::uint32_t seed) {
  std::string text(size, '\0');
  std::iota(text.begin(), text.end(), static_cast<char>(seed));
  return text;
}

TEST_F(StreamLinkEnds, MessagesOfAnySizeArriveWholeAndInOrder) {
  std::vector<Sent> sent;
  std::uint32_t kind = 0;
  for (const std::size_t size :
       {0U, 1U, 64U << 10, 20U << 20, 0U, 15U, 16U, 17U, (64U << 10) - 16, (64U << 10) - 17, 1U}) {
    sent.push_back({kind, text_of(size, kind)});
    send(sent.back());
    ++kind;
  }
  EXPECT_TRUE(deliver(sent.size()) == sent);
}

TEST_F(StreamLinkEnds, ManySmallMessagesTravelTogether) {
  std::vector<Sent> sent;
  for (std::uint32_t number = 0; number != 50'000; ++number) {
    sent.push_back({number, text_of(number % 100, number)});
    send(sent.back());
  }
  EXPECT_TRUE(deliver(sent.size()) == sent);
}

// So that each kind of boundary is met: of messages, of bundles, of what the socket takes.
TEST_F(StreamLinkEnds, MessagesMayBeSentWhileOthersAreUnderWay) {
  std::mt19937 random(3);
  std::vector<Sent> sent;
  for (std::uint32_t number = 0; number != 3000; ++number) {
    const std::size_t size = random() % 50 == 0 ? random() % 400'000 : random() % 300;
    sent.push_back({number, text_of(size, number)});
    send(sent.back());
    if (random() % 4 == 0) here_->flush();
    if (random() % 8 == 0) there_->read();
    if (random() % 16 == 0) take();
  }
  EXPECT_TRUE(deliver(sent.size()) == sent);
}

TEST_F(StreamLinkEnds, AMessageThatComesByteByByteIsReceivedWhenItIsWhole) {
  const std::string text = text_of(100, 7);
  std::string bytes(16, '\0');
  bytes[0] = 100;
  bytes[8] = 5;
  bytes += text;
  for (const char& byte : bytes) {
    take();
    EXPECT_TRUE(received_.empty());
    send_raw(&byte, 1);
    EXPECT_TRUE(there_->read());
  }
  take();
  ASSERT_EQ(received_.size(), 1u);
  EXPECT_EQ(received_[0], (Sent{5, text}));
}

TEST_F(StreamLinkEnds, WhatASocketDoesNotTakeNowGoesOnLater) {
  const std::vector<Sent> sent{{1, text_of(8 << 20, 1)}, {2, "after it"}};
  send(sent[0]);
  EXPECT_TRUE(here_->flush());
  const std::size_t unsent = here_->unsent_bytes();
  EXPECT_GT(unsent, 0u);
  EXPECT_TRUE(here_->flush());
  EXPECT_EQ(here_->unsent_bytes(), unsent) << "the socket is still full";
  send(sent[1]);
  EXPECT_TRUE(deliver(2) == sent);
}

TEST_F(StreamLinkEnds, WhatCameBeforeTheEndOfTheOtherSideIsReceived) {
  const std::vector<Sent> sent{{1, text_of(50'000, 1)}, {2, ""}};
  for (const Sent& message : sent) send(message);
  EXPECT_TRUE(here_->flush());
  ASSERT_EQ(here_->unsent_bytes(), 0u);
  announce(5);
  send_raw("1234", 4);  // and no more
  here_->close();
  EXPECT_EQ(here_->fd(), -1);
  while (there_->read()) continue;
  EXPECT_FALSE(there_->read());
  take();
  EXPECT_TRUE(received_ == sent);
}

TEST_F(StreamLinkEnds, NothingCanBeSentToAnEndThatIsGone) {
  send({1, "before"});
  there_->close();
  EXPECT_FALSE(here_->flush()) << "and no SIGPIPE";
  EXPECT_FALSE(here_->read());
}

TEST_F(StreamLinkEnds, WhatWasNotSentIsDroppedByClose) {
  send({1, text_of(8 << 20, 1)});
  EXPECT_TRUE(here_->flush());
  EXPECT_GT(here_->unsent_bytes(), 0u);
  here_->close();
  EXPECT_EQ(here_->unsent_bytes(), 0u);
}

TEST_F(StreamLinkEnds, AMessageThatIsLargerThanAnyCanBeIsRefused) {
  const std::uint64_t before = allocated_bytes();
  for (const std::uint64_t size : {std::uint64_t{1} << 60, UINT64_MAX, UINT64_MAX - 15}) {
    connect();
    announce(size);
    EXPECT_TRUE(there_->read());
    EXPECT_THROW(there_->receive(), MalformedBytes);
  }
  EXPECT_LT(allocated_bytes() - before, std::uint64_t{2} << 20);
}

TEST_F(StreamLinkEnds, MemoryIsTakenForWhatComesNotForWhatIsAnnounced) {
  const std::uint64_t before = allocated_bytes();
  announce(std::uint64_t{1} << 40);
  send_raw("0123456789", 10);
  for (int times = 0; times != 100; ++times) {
    EXPECT_TRUE(there_->read());
    EXPECT_FALSE(there_->receive());
  }
  EXPECT_LT(allocated_bytes() - before, std::uint64_t{2} << 20);
}

TEST_F(StreamLinkEnds, AWriteThatThrowsLeavesNothingBehind) {
  const auto fail = [&](std::size_t size) {
    const std::size_t unsent = here_->unsent_bytes();
    const auto write = [&](ByteSink& sink) {
      const std::string text(size, 'x');
      sink.write(text.data(), text.size());
      throw std::runtime_error("no more");
    };
    EXPECT_THROW(here_->send(std::uint32_t{9}, write), std::runtime_error);
    EXPECT_EQ(here_->unsent_bytes(), unsent);
  };
  const std::vector<Sent> sent{{1, "first"}, {2, text_of(9 << 20, 2)}, {3, ""}, {4, "last"}};
  for (const Sent& message : sent) {
    for (const std::size_t size : {0U, 10U, 1U << 20}) fail(size);
    send(message);
    for (const std::size_t size : {0U, 10U, 1U << 20}) fail(size);
    EXPECT_TRUE(here_->flush());
  }
  EXPECT_TRUE(deliver(sent.size()) == sent);
  fail(100);
  EXPECT_TRUE(here_->flush());
  EXPECT_TRUE(there_->read());
  EXPECT_FALSE(there_->receive());
}

}  // namespace
}  // namespace multiprocessing::tests::stream_link_test
