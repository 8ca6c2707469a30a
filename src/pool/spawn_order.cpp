// SPDX-License-Identifier: MIT
#include "pool/spawn_order.hpp"

#include "os/memory_file.hpp"

#include <array>

namespace multiprocessing::detail {
namespace {

constexpr std::array<char, 16> magic{"mp spawn order"};

struct Head {
  std::array<char, 16> magic;
  std::uint64_t order_bytes;
};

void append(int file, const Bytes& bytes) {
  for (std::size_t index = 0; index != bytes.segment_count(); ++index) {
    write_to_file(file, bytes.segment(index).data.get(), bytes.segment(index).size_bytes);
  }
}

// Empty if there are none.
std::vector<std::byte> bytes_of(int file, std::size_t begin, std::size_t end) {
  if (begin >= end || end > size_of_file(file)) return {};
  std::vector<std::byte> bytes(end - begin);
  if (!read_from_file(file, bytes.data(), bytes.size(), begin)) bytes.clear();
  return bytes;
}

std::optional<Head> head_of(int file) {
  Head head{};
  const bool is_there = read_from_file(file, reinterpret_cast<std::byte*>(&head), sizeof head, 0);
  if (!is_there || head.magic != magic) return std::nullopt;
  return head;
}

}  // namespace

void write_order(int file, const SpawnOrder& order) {
  Bytes bytes;
  BytesSink sink(bytes);
  write(sink, order.numbers);
  write(sink, order.library);
  write(sink, order.initializer);
  write(sink, order.finalizer);
  sink.finish();
  const Head head{magic, bytes.size_bytes()};
  write_to_file(file, reinterpret_cast<const std::byte*>(&head), sizeof head);
  append(file, bytes);
}

std::optional<SpawnOrder> read_order(int file) {
  const auto head = head_of(file);
  if (!head) return std::nullopt;
  const std::vector<std::byte> bytes = bytes_of(file, sizeof *head, sizeof *head + head->order_bytes);
  BytesSource source(bytes.data(), bytes.size());
  SpawnOrder order;
  read(source, order.numbers);
  read(source, order.library);
  read(source, order.initializer);
  read(source, order.finalizer);
  return order;
}

void write_answer(int file, const SpawnAnswer& answer) {
  const auto head = head_of(file);
  if (!head) return;
  cut_file(file, sizeof *head + head->order_bytes);
  Bytes bytes;
  BytesSink sink(bytes);
  write(sink, answer.refusal);
  write(sink, answer.modules);
  sink.finish();
  append(file, bytes);
}

std::optional<SpawnAnswer> read_answer(int file) try {
  const auto head = head_of(file);
  if (!head) return std::nullopt;
  const std::vector<std::byte> bytes = bytes_of(file, sizeof *head + head->order_bytes, size_of_file(file));
  if (bytes.empty()) return std::nullopt;
  BytesSource source(bytes.data(), bytes.size());
  SpawnAnswer answer;
  read(source, answer.refusal);
  read(source, answer.modules);
  return answer;
} catch (const MalformedBytes&) {
  return std::nullopt;
}

}  // namespace multiprocessing::detail
