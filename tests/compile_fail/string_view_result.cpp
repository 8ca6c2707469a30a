// SPDX-License-Identifier: MIT
// Refused: a std::span or std::string_view inside a value or as a result cannot be sent: it would arrive dangling; send
//   a std::vector or std::string
// Names: std::basic_string_view<char
#include <multiprocessing/pool.hpp>

std::string_view first_word(const std::string& text) { return std::string_view(text).substr(0, text.find(' ')); }

int main() {
  multiprocessing::Pool pool;
  pool.map(first_word, {"one two", "three four"});
}
