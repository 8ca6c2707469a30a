// SPDX-License-Identifier: MIT
#include "fuzz/corpus.hpp"

#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>

namespace multiprocessing::tests {

std::map<std::string, Input> read_corpus(const std::string& target) {
  std::map<std::string, Input> inputs;
  for (const auto& file : std::filesystem::directory_iterator(std::filesystem::path(FUZZ_CORPUS) / target)) {
    std::ostringstream text;
    text << std::ifstream(file.path()).rdbuf();
    try {
      inputs.emplace(file.path().filename(), from_hexadecimal(text.str()));
    } catch (const std::exception& error) {
      throw std::runtime_error(file.path().string() + ": " + error.what());
    }
  }
  return inputs;
}

Input from_hexadecimal(const std::string& text) {
  Input input;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::string digits;
    for (const char c : line.substr(0, line.find('#'))) {
      if (c != ' ' && c != '\t') digits += c;
    }
    if (digits.size() % 2 != 0) throw std::runtime_error("half a byte in: " + line);
    for (std::size_t at = 0; at != digits.size(); at += 2) {
      const std::string byte = digits.substr(at, 2);
      std::size_t used = 0;
      const int value = std::stoi(byte, &used, 16);
      if (used != 2 || value < 0) throw std::runtime_error("no hexadecimal digits in: " + line);
      input.push_back(static_cast<std::byte>(value));
    }
  }
  return input;
}

std::string to_hexadecimal(std::span<const std::byte> input) {
  std::string text;
  for (std::size_t at = 0; at != input.size(); ++at) {
    constexpr char digits[] = "0123456789abcdef";
    const auto value = static_cast<unsigned char>(input[at]);
    text += {digits[value >> 4], digits[value & 15], (at + 1) % 32 == 0 || at + 1 == input.size() ? '\n' : ' '};
  }
  return text;
}

}  // namespace multiprocessing::tests
