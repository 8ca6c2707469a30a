// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/pool_core.hpp>

#include "os/mutex.hpp"
#include "pool/answer_table.hpp"
#include "pool/parent/lost_worker.hpp"
#include "pool/task_terms.hpp"

#include <chrono>

namespace multiprocessing::detail {

class GroupCall;

// What a call asks of the group of workers that serves it. Each takes the group's lock by itself.
class CallHost : public BackgroundWatch {
 public:
  virtual Mutex& mutex() const = 0;
  virtual bool wait(GroupCall& call, Call::Until until, std::size_t index, Deadline deadline) = 0;
  virtual void withdraw(GroupCall& call, const char* why) = 0;
  virtual bool cancel(GroupCall& call, Running what_runs) = 0;
  virtual void expect_end(GroupCall& call) = 0;  // a callback waits for it
};

// A chunk on its way. Its bytes are kept until all of it is answered: they are what is sent again.
struct SentChunk {
  GroupCall* call;
  Chunk chunk;
};

// A call on forked workers. All that it keeps is guarded by its host's mutex; results may outlive the pool, so it
// shares the host.
class GroupCall final : public ByteCall, public std::enable_shared_from_this<GroupCall> {
 public:
  GroupCall(std::shared_ptr<CallHost> host, CallbackThread& callback_thread, FunctionImage image,
            const CallSettings& settings, double& cost, std::uint64_t call_number, std::size_t index_of_first)
      : ByteCall(callback_thread, index_of_first),
        function(std::move(image)),
        keep(settings.keep),
        table(keep, function.type->result_size_bytes),
        number(call_number),
        function_number(settings.function_number == 0 ? call_number : settings.function_number),
        chunksize(settings.chunksize == 0 ? SIZE_MAX : settings.chunksize),
        timeout(settings.options == nullptr ? no_timeout : settings.options->timeout.value_or(no_timeout)),
        is_asynchronous(settings.asynchronous),
        is_revocable(settings.cancellable || is_timed()),
        host_(std::move(host)),
        cost_(cost) {}

  bool wait(Until until, std::size_t index, Deadline deadline) override {
    return host_->wait(*this, until, index, deadline);
  }
  void withdraw() override { host_->withdraw(*this, withdrawn_before); }
  bool cancel(Running what_runs) override { return host_->cancel(*this, what_runs); }
  using Call::accept;
  using Call::refuse_more;
  std::size_t take_next() override {
    return locked([&] { return table.next(); });
  }
  bool failed() override {
    return locked([&] { return table.failed(); });
  }
  std::size_t size() override {
    return locked([&] { return table.expected(); });
  }
  ByteAnswer take(std::size_t index) override {
    ByteAnswer answer = locked([&] { return table.take(index); });
    if (answer.kind == ByteAnswer::Kind::failure) answer.error = with_crash_stack(answer.error);
    return answer;
  }
  bool take_fixed(std::size_t index, void* value) override {
    return locked([&] { return table.take_fixed(index, value); });
  }
  bool take_all_fixed(void* values) override {
    return locked([&] { return table.copy_all_fixed(values); });
  }
  void put_fixed_into(std::shared_ptr<void> owner, void* values, std::size_t count) override {
    locked([&] { table.put_fixed_into(std::move(owner), values, count); });
  }

  void before_callback() override { host_->expect_end(*this); }
  std::shared_ptr<BackgroundWatch> background_watch() override { return host_; }

  // Keeps this call alive. Most calls are small, and have one: it needs no allocation.
  std::shared_ptr<SentChunk> send(Chunk chunk) {
    if (first_chunk_.call == nullptr && chunk.bytes.size_bytes() <= small_bytes) {
      first_chunk_ = {this, std::move(chunk)};
      return {shared_from_this(), &first_chunk_};
    }
    struct Sent {
      SentChunk chunk;
      std::shared_ptr<GroupCall> keeps;
    };
    const auto sent = std::make_shared<Sent>(Sent{{this, std::move(chunk)}, shared_from_this()});
    return {sent, &sent->chunk};
  }

  bool is_timed() const { return timeout != no_timeout; }
  // The item's worker was lost: does it run again?
  bool may_run_again(std::size_t item) { return !withdrawn && terms() != nullptr && terms()->may_run_again(item); }

  double& nanoseconds_per_item() { return cost_; }  // see ItemCosts
  bool ended() const { return input_ended && table.ended() == table.expected(); }
  bool has(Until until, std::size_t index) const {
    switch (until) {
      case Until::all_ended:
        return ended();
      case Until::item_ended:
        return table.has(index);
      case Until::any_ended:
        return table.has_next();
      case Until::any_told:
        return any_told();
    }
    return false;
  }
  bool end_if_complete() {  // true once
    if (!ended() || std::exchange(announced_, true)) return false;
    announce_end();
    return true;
  }

  const FunctionImage function;
  const Keep keep;
  AnswerTable table;
  const std::uint64_t number;              // of the call in this pool, from 1
  const std::uint64_t function_number;     // by which workers know its function
  const std::size_t chunksize;             // at most so many items in a frame
  const std::chrono::nanoseconds timeout;  // of each item
  const bool is_asynchronous;              // else its caller waits for it as soon as all of it is handed in
  const bool is_revocable;                 // what runs may be condemned: see `running` in shm/channel_words.hpp
  bool input_ended = false;
  std::exception_ptr withdrawn;   // what is handed in from now on ends with this
  bool is_expected = false;       // a callback waits for its end
  std::int64_t first_queued = 0;  // positions in the WorkQueue: between these two, if anywhere
  std::int64_t last_queued = -1;
  bool is_awaited_in_time = false;  // it is timed, and has unanswered items

 private:
  static constexpr auto no_timeout = std::chrono::nanoseconds::max();
  void stop() override { host_->withdraw(*this, stopped_before); }
  template <class Action>
  std::invoke_result_t<Action> locked(Action action) {
    // An ended call is its caller's alone.
    if (has_ended()) return action();
    const MutexLock lock(host_->mutex());
    return action();
  }
  static constexpr std::size_t small_bytes = 256;

  std::shared_ptr<CallHost> host_;
  SentChunk first_chunk_{};
  double& cost_;
  bool announced_ = false;
};

// A place in Bytes. Lengths never straddle two segments.
struct BytesPosition {
  std::size_t segment = 0;
  std::size_t offset_bytes = 0;
};

// Some of a chunk's items, in order: what is queued, and what a frame holds.
struct Batch {
  std::shared_ptr<SentChunk> work;
  std::size_t first = 0;  // index in the call
  std::size_t count = 0;
  BytesPosition place = {};  // where the first one's bytes begin

  GroupCall& call() const { return *work->call; }
  // Counts bytes of items from the front: as many as fit in `limit_bytes`, at most `limit_items`, at least one.
  struct Extent {
    std::size_t items = 0;
    std::size_t bytes = 0;
  };
  Extent measure(std::size_t limit_items, std::size_t limit_bytes) const;
  Batch split_front(const Extent& front);  // takes them off the front
};

// Copies bytes from a place on, and moves the place behind them.
void copy_from(const Bytes& bytes, BytesPosition& place, std::byte* to, std::size_t size_bytes);

}  // namespace multiprocessing::detail
