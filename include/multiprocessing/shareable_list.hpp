// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/shared_memory.hpp>

#include <cstdint>
#include <initializer_list>
#include <variant>
#include <vector>

namespace multiprocessing {

// A list of a fixed number of small values in one SharedMemory, shm(). Each slot keeps the size that it began with: 8
// bytes for None, a bool, an integer or a double; for a text or bytes the next multiple of 8 above its size. A copy is
// the same list. A list that is sent through a pool goes as its name, and is attached there. Its name is kept and
// unlinked as that of SharedMemory.
// Any thread and process may read and write. Nothing blocks, and there is no lock: a reader may get a part of the old
// and a part of the new value while another process writes the slot, or if it was killed doing so; never memory outside
// the slot. Use a Lock beside the list where that matters.
class MULTIPROCESSING_EXPORT ShareableList {
 public:
  using None = std::monostate;
  using Bytes = std::vector<std::byte>;
  using Value = std::variant<None, bool, std::int64_t, double, std::string, Bytes>;

  // The value that operator[] has read. To assign to it, as in list[0] = 5, calls set().
  class Element : public Value {
   public:
    Element(const Element&) = default;
    void operator=(const Value& value) && { list_.set(index_, value); }
    void operator=(const Element& other) && { list_.set(index_, other); }

   private:
    friend class ShareableList;
    Element(const ShareableList& list, std::size_t index) : Value(list.read(index)), list_(list), index_(index) {}

    const ShareableList& list_;
    const std::size_t index_;
  };

  ShareableList() = default;  // no list, to be assigned to
  // Creates a list. Throws what SharedMemory throws.
  explicit ShareableList(const std::vector<Value>& values, std::optional<std::string> name = {});
  ShareableList(std::initializer_list<Value> values, std::optional<std::string> name = {})
      : ShareableList(std::vector<Value>(values), std::move(name)) {}
  // Python's ShareableList(name=...). Throws what SharedMemory throws; std::runtime_error if the memory of that name is
  // no list.
  static ShareableList attach(const std::string& name);

  std::size_t size() const { return slots_.size(); }
  // std::out_of_range; std::runtime_error if the list was overwritten.
  Element operator[](std::size_t index) const { return Element(*this, index); }
  // The value may have any type. std::invalid_argument if the slot is too small for this text.
  void set(std::size_t index, const Value& value) const;
  std::string format() const;  // in the notation of Python's struct module
  std::size_t count(const Value& value) const;
  std::size_t index(const Value& value) const;  // of the first; std::invalid_argument if there is none
  std::vector<Value> to_vector() const;
  const SharedMemory& shm() const { return memory_; }

  template <class Archive>
  void save(Archive& archive) const {
    archive(memory_);
  }
  template <class Archive>
  void load(Archive& archive) {
    std::string name;
    archive(name);
    *this = name.empty() ? ShareableList() : attach(name);
  }

 private:
  // Where a slot lies. Checked once and kept here, because the shared memory may be overwritten.
  struct Slot {
    std::size_t offset;
    std::size_t capacity;
  };
  explicit ShareableList(SharedMemory memory) : memory_(std::move(memory)) {}
  const Slot& slot(std::size_t index) const;
  Value read(std::size_t index) const;

  SharedMemory memory_;
  std::vector<Slot> slots_;
};

}  // namespace multiprocessing
