// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <cstring>
#include <span>

#include "fuzz/fuzz_target.hpp"

namespace multiprocessing::tests {

// An input of the channel's target is a script: steps of the parent and of a worker that may write anything anywhere
// in its channel. A step is one byte, modulo the number of steps, and its arguments; what is missing at the end is 0.
// The corpus knows the steps by number.
enum class Step : std::uint8_t {
  // the worker
  start,        // announces itself: pid (4 bytes)
  claim,        // so many frames (1)
  run,          // begins the next item plus a difference (1), in a phase, condemned perhaps (1)
  answer,       // the next item: kind (1), size (2), up to so many bytes of it; then commits
  answer_more,  // so many (1) fixed values of eight bytes; then commits
  lap,          // padding up to the ring's start
  piece,        // any piece: kind (4), announced size (4), size (1), bytes; does not commit
  commit,       // all pieces so far, plus a difference (1)
  store,        // a word: which (1), and 8 bytes
  garbage,      // in the ring at an offset (2): size (1), bytes
  consume,      // gives back all of the task ring, less a difference (1)
  // the parent
  offer,        // of a call (1) so many items (1), of a size (2) if they are texts
  offer_again,  // what was taken back
  collect,
  recall,
  stream,
  look,     // what statistics and the dispatcher ask
  condemn,  // the item that timed_item() shows, or what the word says if bit 0 is set (1)
  cancel,   // a call (1)
  arm,      // with these three flags (1)
  leave,
  bury,  // the worker is dead; the next one starts
  count
};

class ScriptReader {
 public:
  explicit ScriptReader(std::span<const std::byte> script) : rest_(script) {}
  bool at_end() const { return rest_.empty(); }
  template <class Number>
  Number next() {
    Number number{};
    read(&number, sizeof number);
    return number;
  }
  std::size_t read(void* to, std::size_t size_bytes) {
    const std::size_t size = std::min(size_bytes, rest_.size());
    if (size != 0) std::memcpy(to, rest_.data(), size);
    rest_ = rest_.subspan(size);
    return size;
  }
  Step next_step() { return static_cast<Step>(next<std::uint8_t>() % static_cast<std::uint8_t>(Step::count)); }

 private:
  std::span<const std::byte> rest_;
};

class ScriptWriter {
 public:
  template <class... Argument>
  ScriptWriter& operator()(Step step, Argument... argument) {
    put(step);
    (put(argument), ...);
    return *this;
  }
  Input script;

 private:
  template <class Number>
  void put(Number number) {
    const auto at = reinterpret_cast<const std::byte*>(&number);
    script.insert(script.end(), at, at + sizeof number);
  }
};

// Scripts of workers that keep to the protocol.
std::vector<Input> channel_scripts();

}  // namespace multiprocessing::tests
