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

}  // namespace compare
