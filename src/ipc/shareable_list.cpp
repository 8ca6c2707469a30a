// SPDX-License-Identifier: MIT
#include <multiprocessing/shareable_list.hpp>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <stdexcept>

namespace multiprocessing {
namespace {

using None = ShareableList::None;
using Bytes = ShareableList::Bytes;
using Value = ShareableList::Value;

// The memory: Head, a SlotHead for each slot, then the slots one after the other.
struct Head {
  std::uint64_t mark;
  std::uint64_t slots;
};
struct SlotHead {
  std::uint64_t capacity;            // in bytes, a multiple of 8; never changes
  std::atomic<std::uint64_t> holds;  // low 8 bits: index of the type in Value; above: size of a text in bytes
};
static_assert(sizeof(Head) == 16 && sizeof(SlotHead) == 16);
static_assert(std::atomic<std::uint64_t>::is_always_lock_free);

constexpr std::uint64_t mark = 0x315453494C504DFF;  // "\xFFMPLIST1"
constexpr std::size_t word_bytes = 8;
constexpr unsigned type_bits = 8;

[[noreturn]] void throw_no_list(const std::string& name) {
  throw std::runtime_error("the shared memory \"" + name + "\" is no ShareableList, or was overwritten");
}

// The content of a text or of bytes; empty for other values.
std::span<const std::byte> text_of(const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) return std::as_bytes(std::span(*text));
  if (const auto* bytes = std::get_if<Bytes>(&value)) return *bytes;
  return {};
}
bool is_text(std::size_t type) { return type >= Value(std::string()).index(); }

std::size_t capacity_for(const Value& value) {
  return is_text(value.index()) ? (text_of(value).size() / word_bytes + 1) * word_bytes : word_bytes;
}

SlotHead& slot_head(const SharedMemory& memory, std::size_t index) {
  return reinterpret_cast<SlotHead*>(memory.buf().data() + sizeof(Head))[index];
}

void write(const SharedMemory& memory, std::size_t index, std::size_t offset, const Value& value) {
  std::byte* const slot_begin = memory.buf().data() + offset;
  std::uint64_t word = 0;
  if (const auto* flag = std::get_if<bool>(&value)) word = *flag ? 1 : 0;
  if (const auto* integer = std::get_if<std::int64_t>(&value)) std::memcpy(&word, integer, sizeof word);
  if (const auto* number = std::get_if<double>(&value)) std::memcpy(&word, number, sizeof word);
  const std::span<const std::byte> text = text_of(value);
  if (is_text(value.index())) {
    std::ranges::copy(text, slot_begin);
  } else {
    std::memcpy(slot_begin, &word, sizeof word);
  }
  slot_head(memory, index).holds.store(text.size() << type_bits | value.index(), std::memory_order_release);
}

}  // namespace

ShareableList::ShareableList(const std::vector<Value>& values, std::optional<std::string> name) {
  std::size_t end = sizeof(Head) + values.size() * sizeof(SlotHead);
  for (const Value& value : values) {
    slots_.push_back({end, capacity_for(value)});
    end += slots_.back().capacity;
  }
  memory_ = SharedMemory(std::move(name), true, end);
  for (std::size_t index = 0; index != values.size(); ++index) {
    slot_head(memory_, index).capacity = slots_[index].capacity;
    write(memory_, index, slots_[index].offset, values[index]);
  }
  const Head head{mark, values.size()};
  std::memcpy(memory_.buf().data(), &head, sizeof head);
}

ShareableList ShareableList::attach(const std::string& name) {
  ShareableList list{SharedMemory(name)};
  const std::size_t size = list.memory_.size();
  Head head{};
  if (size < sizeof head) throw_no_list(name);
  std::memcpy(&head, list.memory_.buf().data(), sizeof head);
  if (head.mark != mark || head.slots > (size - sizeof head) / sizeof(SlotHead)) throw_no_list(name);
  std::size_t end = sizeof head + head.slots * sizeof(SlotHead);
  list.slots_.reserve(head.slots);
  for (std::size_t index = 0; index != head.slots; ++index) {
    const std::uint64_t capacity = slot_head(list.memory_, index).capacity;
    if (capacity < word_bytes || capacity % word_bytes != 0 || capacity > size - end) throw_no_list(name);
    list.slots_.push_back({end, capacity});
    end += capacity;
  }
  return list;
}

const ShareableList::Slot& ShareableList::slot(std::size_t index) const {
  if (index >= slots_.size()) {
    throw std::out_of_range("index " + std::to_string(index) + " of a ShareableList of " +
                            std::to_string(slots_.size()));
  }
  if (memory_.buf().empty()) throw std::logic_error("a ShareableList was used after its shm().close()");
  return slots_[index];
}

ShareableList::Value ShareableList::read(std::size_t index) const {
  const auto [offset, capacity] = slot(index);
  // Acquire: pairs with the release in write().
  const std::uint64_t holds = slot_head(memory_, index).holds.load(std::memory_order_acquire);
  const std::uint64_t size = holds >> type_bits;
  const std::byte* const slot_begin = memory_.buf().data() + offset;
  std::uint64_t word = 0;
  std::memcpy(&word, slot_begin, sizeof word);
  switch (holds & ((1U << type_bits) - 1)) {
    case 0:
      return None();
    case 1:
      return word != 0;
    case 2:
      return static_cast<std::int64_t>(word);
    case 3: {
      double number = 0;
      std::memcpy(&number, &word, sizeof number);
      return number;
    }
    case 4:
      if (size <= capacity) return std::string(reinterpret_cast<const char*>(slot_begin), size);
      break;
    case 5:
      if (size <= capacity) return Bytes(slot_begin, slot_begin + size);
      break;
    default:
      break;
  }
  throw_no_list(memory_.name());
}

void ShareableList::set(std::size_t index, const Value& value) const {
  const auto [offset, capacity] = slot(index);
  if (const std::size_t size = text_of(value).size(); size > capacity) {
    throw std::invalid_argument("a text of " + std::to_string(size) + " bytes does not fit into slot " +
                                std::to_string(index) + " of a ShareableList, which has " + std::to_string(capacity));
  }
  write(memory_, index, offset, value);
}

std::string ShareableList::format() const {
  std::string result;
  for (std::size_t index = 0; index != size(); ++index) {
    static const char* const formats[] = {"xxxxxx?x", "xxxxxxx?", "q", "d"};
    const std::size_t type = read(index).index();
    result += is_text(type) ? std::to_string(slots_[index].capacity) + "s" : formats[type];
  }
  return result;
}

std::vector<ShareableList::Value> ShareableList::to_vector() const {
  std::vector<Value> values;
  for (std::size_t index = 0; index != size(); ++index) values.push_back(read(index));
  return values;
}

std::size_t ShareableList::count(const Value& value) const {
  return static_cast<std::size_t>(std::ranges::count(to_vector(), value));
}

std::size_t ShareableList::index(const Value& value) const {
  for (std::size_t index = 0; index != size(); ++index) {
    if (read(index) == value) return index;
  }
  throw std::invalid_argument("the value is not in this ShareableList");
}

}  // namespace multiprocessing
