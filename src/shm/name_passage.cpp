// SPDX-License-Identifier: MIT
#include "shm/name_passage.hpp"

#include <charconv>
#include <cstring>
#include <utility>

namespace multiprocessing::detail {

std::optional<NamePassage> read_passage(const std::byte* data, std::size_t size_bytes) {
  if (size_bytes <= passage_words_bytes || size_bytes - passage_words_bytes >= shm_name_bytes) return std::nullopt;
  std::array<std::uint64_t, 2> words{};
  std::memcpy(words.data(), data, sizeof words);
  std::string name(reinterpret_cast<const char*>(data) + sizeof words, size_bytes - sizeof words);
  if (name.find('/') != std::string::npos || name.find('\0') != std::string::npos) return std::nullopt;
  return NamePassage{std::move(name), words[0], words[1]};
}

PassageName passage_name(std::uint64_t number) noexcept {
  PassageName name{'m', 'p', '_'};
  std::to_chars(name.data() + 3, name.data() + name.size() - 1, number, 16);
  return name;
}

bool is_under_way(std::uint64_t file, std::uint64_t number) noexcept {
  return shm_file_number(passage_name(number).data()) == file;
}

void end_passage(const char* name, std::uint64_t file, std::uint64_t number) noexcept {
  if (!is_under_way(file, number)) return;
  if (shm_file_number(name) == file) unlink_shm(name);
  unlink_shm(passage_name(number).data());
}

}  // namespace multiprocessing::detail
