// SPDX-License-Identifier: MIT
#include "hosts/stream_link.hpp"

#include "os/stream_socket.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <string>

namespace multiprocessing::detail {
namespace {

constexpr std::size_t bundle_bytes = std::size_t{64} << 10;
constexpr std::size_t least_read_bytes = std::size_t{64} << 10;
constexpr std::size_t most_read_bytes = std::size_t{4} << 20;  // at a time: others wait, too
constexpr std::uint64_t most_message_bytes = std::uint64_t{1} << 46;

}  // namespace

void StreamLink::close() {
  socket_.reset();
  out_.clear();
  unsent_bytes_ = 0;
}

Bytes& StreamLink::tail() {
  if (out_.empty() || out_.back().size_bytes() >= bundle_bytes) out_.emplace_back();
  return out_.back();
}

void StreamLink::end_message(std::byte* header, std::uint32_t kind, std::size_t size_bytes) {
  const Header written{size_bytes - header_bytes, kind, 0};
  std::memcpy(header, &written, sizeof written);
  unsent_bytes_ += size_bytes;
}

bool StreamLink::flush() noexcept {
  while (unsent_bytes_ != 0) {
    const Bytes& front = out_.front();
    std::array<std::span<const std::byte>, most_pieces> pieces;
    std::size_t count = 0;
    for (std::size_t index = sent_segments_; index != front.segment_count() && count != pieces.size(); ++index) {
      const Bytes::Segment& segment = front.segment(index);
      const std::size_t from = count == 0 ? sent_bytes_ : 0;
      if (from != segment.size_bytes) pieces[count++] = {segment.data.get() + from, segment.size_bytes - from};
      if (count == 0) ++sent_segments_, sent_bytes_ = 0;
    }
    if (count == 0) {
      out_.pop_front();
      sent_segments_ = sent_bytes_ = 0;
      continue;
    }
    const auto sent = send_some(socket_.get(), std::span(pieces).first(count));
    if (!sent) return false;
    if (*sent == 0) return true;
    unsent_bytes_ -= *sent;
    for (std::size_t left = *sent; left != 0;) {
      const std::size_t here = std::min(left, front.segment(sent_segments_).size_bytes - sent_bytes_);
      sent_bytes_ += here;
      left -= here;
      if (left != 0) ++sent_segments_, sent_bytes_ = 0;
    }
  }
  out_.clear();
  sent_segments_ = sent_bytes_ = 0;
  return true;
}

// The buffer grows as bytes come, not as a header promises.
bool StreamLink::read() {
  for (std::size_t come = 0; come < most_read_bytes;) {
    if (taken_ == filled_) {
      taken_ = filled_ = 0;
      if (in_.size() > most_read_bytes) in_ = {};  // a large message is not the rule
    } else if (in_.size() - filled_ < least_read_bytes && taken_ != 0) {
      std::memmove(in_.data(), in_.data() + taken_, filled_ - taken_);
      filled_ -= std::exchange(taken_, 0);
    }
    if (in_.size() - filled_ < least_read_bytes) in_.resize(std::max(2 * in_.size(), 2 * least_read_bytes));
    const auto room = std::span(in_).subspan(filled_);
    const auto size = receive_some(socket_.get(), room);
    if (!size) return false;
    filled_ += *size;
    come += *size;
    if (*size != room.size()) break;
  }
  return true;
}

std::optional<StreamLink::Message> StreamLink::receive() {
  Header header{};
  if (filled_ - taken_ < sizeof header) return std::nullopt;
  std::memcpy(&header, in_.data() + taken_, sizeof header);
  if (header.size_bytes > most_message_bytes) {
    throw MalformedBytes("a message of " + std::to_string(header.size_bytes) + " bytes was announced");
  }
  if (filled_ - taken_ - sizeof header < header.size_bytes) return std::nullopt;
  const std::byte* const data = in_.data() + taken_ + sizeof header;
  taken_ += sizeof header + header.size_bytes;
  return Message{header.kind, {data, header.size_bytes}};
}

}  // namespace multiprocessing::detail
