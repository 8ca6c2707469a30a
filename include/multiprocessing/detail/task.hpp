// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/bytes.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <typeinfo>

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
// combination; its address in the worker is sent.
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

// The name of a function. A plain function has the name of the symbol at its address, or module and offset if the
// program exports none. A function object has the name of its type; its address is null. Takes 20 us.
MULTIPROCESSING_EXPORT std::string function_name(const std::type_info& type, const void* address);

// A function as it is sent: code by address, state by value.
struct FunctionImage {
  const TaskType* type = nullptr;
  std::uintptr_t type_in_worker = 0;  // its address there; in a fork the same
  alignas(16) std::array<std::byte, 16> address{};
  Bytes state;
  std::shared_ptr<const void> lender = {};  // of a state that is lent
};
struct PreparedFunction {
  FunctionImage image;
  // The address of code that the image begins with: in `state` if the type has a load(), else in `address`. Null: it
  // begins with none. The pool translates it into the worker's.
  const void* code = nullptr;
  std::exception_ptr refused;  // the function cannot be sent: every item of the call ends with this error
};

}  // namespace multiprocessing::detail
