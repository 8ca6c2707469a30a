// SPDX-License-Identifier: MIT
#include "words.hpp"

#include "file_reader.hpp"

#include <utility>

namespace demo {
namespace {

constexpr std::size_t longest_word_bytes = 100;

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80; }

// Of the last character, if it is U+00A0 to U+00BF (no-break space, guillemets) or U+2000 to U+207F (dashes, quotes).
std::size_t punctuation_bytes(std::string_view word) {
  if (word.size() >= 3 && word[word.size() - 3] == '\xE2') {
    const char middle = word[word.size() - 2];
    return middle == '\x80' || middle == '\x81' ? 3 : 0;
  }
  const bool two = word.size() >= 2 && word[word.size() - 2] == '\xC2';
  return two && static_cast<unsigned char>(word.back()) >= 0xA0 && static_cast<unsigned char>(word.back()) < 0xC0 ? 2
                                                                                                                  : 0;
}

}  // namespace

void WordCounter::add(std::string_view piece) {
  for (char c : piece) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (!is_letter(c)) {
      end_word();
    } else if (word_.size() == longest_word_bytes) {
      too_long_ = true;
    } else {
      word_ += c;
      if (static_cast<unsigned char>(c) < 0x80) continue;
      if (const std::size_t bytes = punctuation_bytes(word_); bytes != 0) {
        word_.erase(word_.size() - bytes);
        end_word();
      }
    }
  }
}

Words WordCounter::finish() && {
  end_word();
  return std::move(words_);
}

void WordCounter::end_word() {
  if (!word_.empty() && !too_long_) ++words_[word_];
  word_.clear();
  too_long_ = false;
}

std::optional<Words> count_words(const std::filesystem::path& path) {
  FileReader file(path);
  WordCounter counter;
  for (std::string_view piece = file.next(); !piece.empty(); piece = file.next()) {
    if (piece.find('\0') != std::string_view::npos) return std::nullopt;
    counter.add(piece);
  }
  return std::move(counter).finish();
}

}  // namespace demo
