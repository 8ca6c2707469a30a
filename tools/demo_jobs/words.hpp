// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace demo {

using Words = std::unordered_map<std::string, long>;

// Counts the words of a text that comes in pieces. A word is a run of letters; A to Z count as a to z, every character
// beyond ASCII as a letter, except UTF-8's punctuation. Runs longer than a word can be are left out.
class WordCounter {
 public:
  void add(std::string_view piece);
  Words finish() &&;

 private:
  void end_word();

  Words words_;
  std::string word_;
  bool too_long_ = false;
};

// The words of a file; nothing if it holds a zero byte, and so is no text. Throws std::system_error if it cannot be
// read. Needs memory for its words, not for its bytes.
std::optional<Words> count_words(const std::filesystem::path& path);

}  // namespace demo
