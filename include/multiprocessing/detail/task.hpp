// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/bytes.hpp>

#include <array>
#include <cstddef>
#include <exception>
#include <typeinfo>
#include <vector>

namespace multiprocessing::detail {

// One item where it runs, as the code that knows its types sees it: read the argument, run, write the result, commit.
// The steps are marked, so that what was being done is known if the process dies in between.
class MULTIPROCESSING_EXPORT RunningItem {
 public:
  RunningItem(const RunningItem&) = delete;
  RunningItem& operator=(const RunningItem&) = delete;
  ByteSource& argument() { return *argument_; }
  virtual void running() = 0;    // the argument is decoded
  virtual ByteSink& encoding() = 0;  // f has returned
  // The answer is whole: from here on the item counts as done. What follows are destructors.
  virtual void commit() = 0;

 protected:
  explicit RunningItem(ByteSource& argument) : argument_(&argument) {}
  ~RunningItem() = default;

 private:
  ByteSource* argument_;
};

// Everything a worker needs to know of a function's and an item's type. One static object for each combination; its
// address, which is the same in every fork, is what is sent.
struct TaskType {
  // `function` is what load() returned; without load() the frame's own copy of FunctionImage::address.
  void (*run)(const void* function, RunningItem& item);
  void* (*load)(ByteSource& state);
  void (*drop)(void* function);
  const std::type_info* function_type;
  std::size_t item_size_bytes;    // of arithmetic and enum items, which are sent without a length; else 0
  std::size_t result_size_bytes;  // likewise; 0 also for functions that return nothing
};

// A function as it is sent: code by address, state by value.
struct FunctionImage {
  const TaskType* type = nullptr;
  alignas(16) std::array<std::byte, 16> address{};
  Bytes state;
  std::vector<const void*> code;   // addresses that must mean the same in a worker; the pool looks them up
  std::exception_ptr refused;      // it cannot be sent: every item of the call gets this error
};

}  // namespace multiprocessing::detail
