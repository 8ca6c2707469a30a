// SPDX-License-Identifier: MIT
#pragma once

#include <map>
#include <string>

#include "fuzz/fuzz_target.hpp"

namespace multiprocessing::tests {

// The files of corpus/<target>/, by name: bytes in hexadecimal, white space between them or not; `#` begins a comment.
std::map<std::string, Input> read_corpus(const std::string& target);

Input from_hexadecimal(const std::string& text);
std::string to_hexadecimal(std::span<const std::byte> input);  // in lines

}  // namespace multiprocessing::tests
