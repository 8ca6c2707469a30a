// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/bytes.hpp>

#include <array>
#include <cstddef>
#include <exception>
#include <string>
#include <typeinfo>
#include <vector>

namespace multiprocessing::detail {

// One item that runs, as the code that knows its types uses it: read the argument, run, write the result, commit. Each
// step is marked, so that the step is known if the process dies in it.
class MULTIPROCESSING_EXPORT RunningItem {
 public:
  RunningItem(const RunningItem&) = delete;
  RunningItem& operator=(const RunningItem&) = delete;
  ByteSource& argument() { return *argument_; }
  virtual void running() = 0;        // the argument is decoded
  virtual ByteSink& encoding() = 0;  // f has returned
  // The answer is complete: from now on the item counts as done. Only destructors follow.
  virtual void commit() = 0;

 protected:
  explicit RunningItem(ByteSource& argument) : argument_(&argument) {}
  ~RunningItem() = default;

 private:
  ByteSource* argument_;
};

// Everything that a worker needs to know about the types of a function and an item. One static object for each
// combination; its address is sent, which is the same in every fork.
struct TaskType {
  // `function` is what load() returned; if there is no load(), the frame's copy of FunctionImage::address.
  void (*run)(const void* function, RunningItem& item);
  // The same for arithmetic and enum items and results, which lie at these addresses; null for all others.
  void (*run_fixed)(const void* function, const void* item, void* result);
  void* (*load)(ByteSource& state);
  void (*drop)(void* function);
  const std::type_info* function_type;
  const std::type_info* item_type;
  const std::type_info* result_type;
  std::size_t item_size_bytes;    // of arithmetic and enum items, which are sent without a length; else 0
  std::size_t result_size_bytes;  // likewise; 0 also for functions that return nothing
};

// Addresses of code that a function needs in the worker. Most functions need at most two, which are kept without an
// allocation.
class CodeAddresses {
 public:
  void push_back(const void* address) {
    if (count_ != few_.size()) {
      few_[count_++] = address;
    } else {
      more_.push_back(address);
    }
  }
  template <class Check>
  void for_each(Check check) const {
    for (std::size_t index = 0; index != count_; ++index) check(few_[index]);
    for (const void* address : more_) check(address);
  }

 private:
  std::array<const void*, 3> few_{};
  std::size_t count_ = 0;
  std::vector<const void*> more_;
};

// The name of a function. A plain function has the name of the symbol at its address, or module and offset if the
// program exports none. A function object has the name of its type; its address is null. Takes 20 us.
MULTIPROCESSING_EXPORT std::string function_name(const std::type_info& type, const void* address);

// A function as it is sent: code by address, state by value.
struct FunctionImage {
  const TaskType* type = nullptr;
  alignas(16) std::array<std::byte, 16> address{};
  Bytes state;
};
struct PreparedFunction {
  FunctionImage image;
  CodeAddresses code;          // addresses that must mean the same in a worker; the pool checks them
  std::exception_ptr refused;  // the function cannot be sent: every item of the call ends with this error
};

}  // namespace multiprocessing::detail
