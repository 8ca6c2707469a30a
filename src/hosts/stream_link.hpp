// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/bytes.hpp>

#include "os/unique_fd.hpp"

#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <vector>

namespace multiprocessing::detail {

// Messages over a stream socket, each whole and in order. What the other end sends is not trusted. Sending and
// receiving do not touch each other: one thread at a time for each of them. Neither blocks.
class StreamLink {
 public:
  explicit StreamLink(UniqueFd socket) : socket_(std::move(socket)) {}
  int fd() const { return socket_.get(); }  // -1 once it is closed
  void close();                             // drops what was not sent

  // Appends a message to what is to be sent: `write` gets a ByteSink. Small messages travel together. Throws what
  // `write` throws, and nothing is sent then.
  template <class Kind, class Write>
  void send(Kind kind, Write write) {
    Bytes& out = tail();
    BytesSink sink(out);
    const std::size_t before = out.size_bytes();
    try {
      std::byte* const header = sink.place(header_bytes);
      write(static_cast<ByteSink&>(sink));
      sink.finish();
      end_message(header, static_cast<std::uint32_t>(kind), out.size_bytes() - before);
    } catch (...) {
      sink.rewind(before);
      throw;
    }
  }
  bool flush() noexcept;  // sends what the socket takes now. False: the other end is gone
  std::size_t unsent_bytes() const { return unsent_bytes_; }

  // Reads what has come. False: the other end is gone, and whole messages that came before are still to be received.
  // Throws std::bad_alloc.
  bool read();
  struct Message {
    std::uint32_t kind;
    std::span<const std::byte> data;  // until the next read()
  };
  std::optional<Message> receive();  // Throws MalformedBytes for a message that is larger than any can be.

 private:
  static constexpr std::size_t header_bytes = 16;
  struct Header {
    std::uint64_t size_bytes;
    std::uint32_t kind;
    std::uint32_t unused;
  };
  static_assert(sizeof(Header) == header_bytes);
  Bytes& tail();
  void end_message(std::byte* header, std::uint32_t kind, std::size_t size_bytes);

  UniqueFd socket_;
  std::deque<Bytes> out_;
  std::size_t sent_segments_ = 0;  // of the first one
  std::size_t sent_bytes_ = 0;     // of the next segment
  std::size_t unsent_bytes_ = 0;
  std::vector<std::byte> in_;  // [taken_, filled_) has come and was not received
  std::size_t taken_ = 0;
  std::size_t filled_ = 0;
};

}  // namespace multiprocessing::detail
