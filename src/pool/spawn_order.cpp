// SPDX-License-Identifier: MIT
#include "pool/spawn_order.hpp"

#include "os/memory_file.hpp"

#include <array>
#include <type_traits>

namespace multiprocessing::detail {
namespace {

constexpr std::array<char, 16> magic{"mp spawn order"};

struct Head {
  std::array<char, 16> magic;
  std::uint64_t order_bytes;
};

template <class T>
requires std::is_trivially_copyable_v<T>
void write(ByteSink& sink, const T& value) { sink.write(&value, sizeof value); }
template <class T>
requires std::is_trivially_copyable_v<T>
void read(ByteSource& source, T& value) { source.read(&value, sizeof value); }

std::size_t read_size(ByteSource& source) {
  std::uint64_t size = 0;
  read(source, size);
  if (size > source.remaining_bytes()) throw MalformedBytes("a spawned process and its program disagree");
  return size;
}

void write(ByteSink& sink, const std::string& text) {
  write(sink, std::uint64_t{text.size()});
  sink.write(text.data(), text.size());
}
void read(ByteSource& source, std::string& text) {
  text.resize(read_size(source));
  source.read(text.data(), text.size());
}

void write(ByteSink& sink, const Bytes& bytes) {
  write(sink, std::uint64_t{bytes.size_bytes()});
  copy_to(bytes, sink);
}
void read(ByteSource& source, Bytes& bytes) {
  const std::size_t size_bytes = read_size(source);
  BytesSink sink(bytes);
  source.read(sink.place(size_bytes), size_bytes);
  sink.finish();
}

void write(ByteSink& sink, const PortableCode& code) {
  write(sink, code.build_id);
  write(sink, code.offset);
}
void read(ByteSource& source, PortableCode& code) {
  read(source, code.build_id);
  read(source, code.offset);
}

void write(ByteSink& sink, const PortableCall& call) {
  write(sink, call.run);
  write(sink, call.code);
  write(sink, call.state);
}
void read(ByteSource& source, PortableCall& call) {
  read(source, call.run);
  read(source, call.code);
  read(source, call.state);
}

void write(ByteSink& sink, const Module& module) {
  write(sink, module.base);
  write(sink, module.path);
  write(sink, module.build_id);
  write(sink, std::uint64_t{module.ranges.size()});
  for (const auto& [begin, end] : module.ranges) {
    write(sink, begin);
    write(sink, end);
  }
}
void read(ByteSource& source, Module& module) {
  read(source, module.base);
  read(source, module.path);
  read(source, module.build_id);
  for (std::size_t left = read_size(source); left != 0; --left) {
    auto& [begin, end] = module.ranges.emplace_back();
    read(source, begin);
    read(source, end);
  }
}

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
  write(sink, std::uint64_t{answer.modules.modules.size()});
  for (const Module& module : answer.modules.modules) write(sink, module);
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
  for (std::size_t left = read_size(source); left != 0; --left) read(source, answer.modules.modules.emplace_back());
  return answer;
} catch (const MalformedBytes&) {
  return std::nullopt;
}

const Module& library_module(const ModuleList& modules) {
  return *modules.containing(reinterpret_cast<const void*>(&library_module));
}

}  // namespace multiprocessing::detail
