// SPDX-License-Identifier: MIT
#include "contention_loads.hpp"

#include "turns.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <sstream>

namespace compare {
namespace {

void arithmetic() {
  std::uint64_t number = 1;
  for (int i = 0; i != 4000; ++i) {
    number ^= number << 13;
    number ^= number >> 7;
    number ^= number << 17;
  }
  keep(&number);
}

void copy_one_shared_ptr() {
  static const auto number = std::make_shared<const int>(1);
  for (int i = 0; i != 2000; ++i) {
    const std::shared_ptr<const int> copy = number;
    keep(copy.get());
  }
}

// The blocks live for a while, so that the allocator has to choose among sizes and places.
void allocate() {
  std::array<std::unique_ptr<char[]>, 64> blocks;
  for (std::size_t i = 0; i != 400; ++i) {
    const std::size_t size = 16 + i * 37 % 2000;
    std::unique_ptr<char[]>& block = blocks[i * 29 % blocks.size()];
    block.reset(new char[size]);
    keep(block.get());
  }
}

// Each stream has the program's global locale, and takes part in it by counting.
void format_with_streams() {
  for (int i = 0; i != 40; ++i) {
    std::ostringstream stream;
    stream << i;
    const std::string text = stream.str();
    keep(text.data());
  }
}

// A library that protects all that it has by one lock, and is correct with that. A call is some microseconds of work.
class Phonebook {
 public:
  Phonebook() {
    for (int i = 0; i != names; ++i) numbers_[i] = i;
  }
  int move_household(int name) {
    const std::scoped_lock hold(lock_);
    int last = 0;
    for (int i = 0; i != 400; ++i) last = ++numbers_[(name + i * 37) % names];
    return last;
  }

 private:
  static constexpr int names = 1000;
  std::mutex lock_;
  std::map<int, int> numbers_;
};

void call_library_behind_one_lock() {
  static Phonebook phonebook;
  for (int i = 0; i != 2; ++i) {
    const int number = phonebook.move_household(i);
    keep(&number);
  }
}

}  // namespace

const std::vector<Load>& contention_loads() {
  static const std::vector<Load> all{{"arithmetic", arithmetic},
                                     {"one shared_ptr", copy_one_shared_ptr},
                                     {"allocation", allocate},
                                     {"iostreams", format_with_streams},
                                     {"one lock", call_library_behind_one_lock}};
  return all;
}

}  // namespace compare
