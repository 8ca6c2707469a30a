// SPDX-License-Identifier: MIT
#include "html_text.hpp"

#include "terminal.hpp"

namespace compare {

std::string escaped(const std::string& text) {
  std::string result;
  for (const char letter : tools::printable(text)) {
    switch (letter) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      default:
        result += letter;
    }
  }
  return result;
}

std::string escaped_lines(const std::string& text) {
  std::string result;
  for (std::size_t begin = 0;; ++begin) {
    const std::size_t end = text.find('\n', begin);
    result += escaped(text.substr(begin, end - begin));
    if (end == std::string::npos) return result;
    result += '\n';
    begin = end;
  }
}

}  // namespace compare
