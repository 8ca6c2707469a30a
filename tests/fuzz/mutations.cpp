// SPDX-License-Identifier: MIT
#include "fuzz/mutations.hpp"

#include <algorithm>
#include <cstring>

namespace multiprocessing::tests {

Input Mutations::next() {
  Input input = any();
  for (std::size_t times = 1 + below(5); times != 0; --times) mutate(input);
  input.resize(std::min(input.size(), longest_input_bytes));
  return input;
}

std::uint64_t Mutations::interesting_number(std::size_t input_bytes) {
  const std::uint64_t edges[] = {0,
                                 7,
                                 8,
                                 255,
                                 256,
                                 4088,
                                 4095,
                                 4096,
                                 4097,
                                 0x7fffffff,
                                 0x80000000,
                                 0xffffffff,
                                 0x100000000,
                                 INT64_MAX,
                                 1 << 16,
                                 1 << 20,
                                 1ULL << 40,
                                 1ULL << 63,
                                 UINT64_MAX / 8,
                                 UINT64_MAX - 7,
                                 UINT64_MAX};
  switch (below(3)) {
    case 0:
      return below(32);
    case 1:
      return input_bytes + below(17) - 8;  // a length that is nearly that of what follows
    default:
      return edges[below(std::size(edges))];
  }
}

void Mutations::write_number(Input& input, std::size_t at) {
  const std::uint64_t number = interesting_number(input.size() - at);
  const std::size_t sizes[] = {1, 4, 8, 8};
  std::memcpy(input.data() + at, &number, std::min(sizes[below(std::size(sizes))], input.size() - at));
}

void Mutations::mutate(Input& input) {
  if (input.empty()) input.resize(8);
  const std::size_t at = below(input.size());
  const auto place = input.begin() + static_cast<std::ptrdiff_t>(at);
  const auto some = [&](std::size_t most) {
    return static_cast<std::ptrdiff_t>(1 + below(std::max<std::size_t>(most, 1)));
  };
  switch (below(9)) {
    case 0:
      input[at] ^= static_cast<std::byte>(1 << below(8));
      break;
    case 1:
      input[at] = static_cast<std::byte>(below(256));
      break;
    case 2:
      input.resize(at);
      break;
    case 3:
      input.insert(place, static_cast<std::size_t>(some(16)), static_cast<std::byte>(below(256)));
      break;
    case 4:
      input.erase(place, place + some(std::min<std::size_t>(input.size() - at, 24)));
      break;
    case 5: {  // a part of it once more, perhaps often
      const Input part(place, place + some(std::min<std::size_t>(input.size() - at, 64)));
      for (std::ptrdiff_t times = below(8) == 0 ? some(64) : 1; times != 0 && input.size() < longest_input_bytes;
           --times) {
        input.insert(input.begin() + static_cast<std::ptrdiff_t>(at), part.begin(), part.end());
      }
      break;
    }
    case 6: {  // on with the end of another
      const Input& other = any();
      input.resize(at);
      input.insert(input.end(), other.begin() + static_cast<std::ptrdiff_t>(below(other.size() + 1)), other.end());
      break;
    }
    default:
      write_number(input, at);
  }
}

}  // namespace multiprocessing::tests
