// SPDX-License-Identifier: MIT
#pragma once

#include "os/process_identity.hpp"
#include "pool/item_error.hpp"
#include "pool/worker/given_names.hpp"
#include "pool/worker/result_writer.hpp"
#include "pool/worker/task_reader.hpp"

#include <array>
#include <optional>

namespace multiprocessing::detail {

// The worker's loop: claim a frame, run its items one by one, answer each. Per item, in this order: mark it in
// `running`, decode, run, encode into the result ring, mark it done, commit, destroy. It reads nothing of a frame that
// it has not claimed.
class Worker {
 public:
  // Names of shared memory in its answers become `owner`'s, if one is given.
  Worker(const Channel& channel, int slot, std::chrono::nanoseconds spin, int waiter_bell_fd, int background_bell_fd,
         const ProcessIdentity& owner = {});
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;
  ~Worker();

  void announce_start();  // tells the parent that this worker is up
  void announce_failed_start(const std::exception_ptr& error);
  void serve();  // until the parent says leave

 private:
  class Item;
  struct CachedFunction {
    const TaskType* type = nullptr;
    void* function = nullptr;
    std::exception_ptr error;
    void drop() {
      if (function != nullptr) type->drop(std::exchange(function, nullptr));
    }
  };

  bool claim();
  void wait_for_frames();
  bool run_frame();  // false: leave
  void run_item(const FrameHeader& frame, std::uint32_t number);
  const void* function_of(const FrameHeader& frame);
  void fill_cache_entry(const FrameHeader& frame);
  void mark(Phase phase) {
    const std::uint64_t word = RunningWord{item_, phase}.word();
    if (!is_revocable_) return channel_.words->running.store(word, std::memory_order_release);
    std::uint64_t found = std::exchange(mark_, word);
    // Release, as the store. It fails if the parent has condemned this worker: nothing more may begin.
    if (!channel_.words->running.compare_exchange_strong(found, word, std::memory_order_seq_cst)) wait_to_be_killed();
  }
  [[noreturn]] void wait_to_be_killed();
  std::uint32_t run_fixed(const FrameHeader& frame, std::uint32_t number);
  void answer_exception(const FrameHeader& frame, std::uint32_t number, std::uint64_t bytes, Item& item);
  static ResultWriter::Notice notice_after(const FrameHeader& frame, std::uint32_t number);
  void stamp();
  void count_time(std::uint64_t& nanoseconds, std::atomic<std::uint64_t>& word);
  void finish_answer(const FrameHeader& frame, std::uint32_t number, PieceKind kind);

  Channel channel_;
  const std::string name_;
  WorkerWaiting waiting_;
  TaskReader reader_;
  ResultWriter writer_;
  const ProcessIdentity owner_;
  NamesToGive names_;
  std::uint64_t position_ = 0;  // in the task ring, of the next frame
  std::uint64_t item_ = 0;      // number of the one that runs, or ran last
  std::uint64_t mark_ = 0;      // what `running` says, in revocable frames
  bool is_revocable_ = false;   // the frame
  std::array<CachedFunction, cached_functions> function_cache_;
  ItemTimes times_{};  // of the item that runs
  std::chrono::steady_clock::time_point since_;
  std::uint64_t working_nanoseconds_ = 0;
  std::uint64_t waiting_nanoseconds_ = 0;
};

}  // namespace multiprocessing::detail
