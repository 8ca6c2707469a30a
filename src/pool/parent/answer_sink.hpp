// SPDX-License-Identifier: MIT
#pragma once

#include "pool/parent/group_call.hpp"
#include "shm/frame.hpp"

namespace multiprocessing::detail {

// Who is told what a worker answered.
class AnswerSink {
 public:
  virtual void on_start_failed(Bytes exception) = 0;
  virtual void on_answer(GroupCall& call, std::size_t index, ByteAnswer answer) = 0;
  virtual void on_fixed_answers(GroupCall& call, std::size_t count) = 0;  // they are in the call's table
  // Before the item's answer, of a slot that times all.
  virtual void on_times(int slot, const GroupCall& call, std::size_t index, const ItemTimes& times, bool failed) = 0;

 protected:
  ~AnswerSink() = default;
};

}  // namespace multiprocessing::detail
