// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/call.hpp>
#include <multiprocessing/detail/task.hpp>
#include <multiprocessing/options.hpp>

#include <optional>

namespace multiprocessing::detail {

// The functions of every engine that need no types. Any thread may call them, except in a process forked from the
// owner's: there every call is std::logic_error that names the owner.
class MULTIPROCESSING_EXPORT PoolCore {
 public:
  virtual ~PoolCore();
  virtual void close() = 0;
  virtual void terminate() = 0;
  virtual bool join(Deadline deadline) = 0;
  virtual int processes() const = 0;
  virtual std::vector<pid_t> worker_pids() const = 0;
  virtual PoolStats stats() const = 0;
  virtual bool can_kill() const { return false; }  // the engine can end an item that runs
  virtual bool inherited() const = 0;              // true in a forked process: the pool belongs to another one
  virtual void leave_scope() noexcept = 0;  // called by a pool's destructor: joins if closed, else terminates and joins
};

// Names of shared memory that came with an outcome, and now belong to this process. The destructor unlinks them unless
// keep() was called: then nobody has taken the outcome.
class MULTIPROCESSING_EXPORT GivenNames {
 public:
  GivenNames() = default;
  GivenNames(const GivenNames&) = delete;
  GivenNames& operator=(const GivenNames&) = delete;
  virtual ~GivenNames();
  virtual void keep() noexcept = 0;
};

// An outcome as it came: bytes, or an error that this process noticed.
struct ByteAnswer {
  enum class Kind : unsigned char { pending, value, exception, failure } kind = Kind::pending;
  Bytes bytes = {};  // of the value, or of an exception that a worker encoded
  std::exception_ptr error = {};
  std::unique_ptr<GivenNames> names = {};  // most have none
};

// A call whose items and outcomes travel as bytes.
class MULTIPROCESSING_EXPORT ByteCall : public Call {
 public:
  ByteCall(CallbackThread& callback_thread, std::size_t index_of_first)
      : Call(callback_thread), first_index(index_of_first) {}
  ~ByteCall() override;
  const std::size_t first_index;  // item_index() is this plus the item's position
  virtual std::size_t size() = 0;
  virtual ByteAnswer take(std::size_t index) = 0;
  // Copies a value that has the fixed size of the call's TaskType. False if only take() can return it.
  virtual bool take_fixed(std::size_t index, void* value) = 0;
  // Copies all values, which have the fixed size of the call's TaskType. False if an item ended with an error.
  virtual bool take_all_fixed(void* values) = 0;
  // Values of that size will be put there, by their index, and need not be copied. Called before items are handed in.
  // The call shares the memory: what a worker answers after its caller has left still has a place.
  virtual void put_fixed_into(std::shared_ptr<void> owner, void* values, std::size_t count) = 0;
};

// Several items of one call, handed over together. They need not travel to a worker together.
struct Chunk {
  Bytes bytes;            // each item: its length as 64 bits, its bytes; arithmetic items without a length
  std::size_t first = 0;  // index of the first
  std::size_t count = 0;
};

// An engine that takes serialised items and yields serialised outcomes: forked workers, or the caller itself.
class MULTIPROCESSING_EXPORT ByteCore : public PoolCore {
 public:
  ~ByteCore() override;
  // std::logic_error after close(), BrokenPool if it is broken. The call keeps this core alive.
  virtual std::shared_ptr<ByteCall> begin(PreparedFunction function, const CallSettings& settings) = 0;
  // Never waits for a worker. `is_last`: no more will come. If it throws std::bad_alloc, nothing was handed in.
  virtual void submit(ByteCall& call, Chunk chunk, bool is_last) = 0;
  virtual void refuse(ByteCall& call, std::exception_ptr reason) = 0;  // the next item could not be serialised
  virtual void end_input(ByteCall& call) noexcept = 0;
  virtual long default_buffersize(long chunksize) const = 0;
  virtual bool can_lend() const { return false; }  // lent items are read only while no task runs in this thread
};

MULTIPROCESSING_EXPORT std::shared_ptr<ByteCore> make_worker_group(const PoolOptions& options);
MULTIPROCESSING_EXPORT std::shared_ptr<ByteCore> make_serial_core(const PoolOptions& options);

// Collects a call's items as they are written, and hands them over in chunks that grow, so that the first items start
// at once.
class MULTIPROCESSING_EXPORT ChunkWriter {
 public:
  // single: there will be one item, which is handed over together with the end of the input.
  ChunkWriter(ByteCore& core, ByteCall& call, std::size_t item_size_bytes, bool single = false);
  ChunkWriter(const ChunkWriter&) = delete;
  ChunkWriter& operator=(const ChunkWriter&) = delete;
  ~ChunkWriter();  // unless end() was called, drops the items that were not handed over
  ByteSink& begin_item() {
    if (item_size_bytes_ == 0) begin_length();
    return sink_;
  }
  void end_item() {
    if (item_size_bytes_ == 0) end_length();
    if (++chunk_.count >= wanted_) flush();
  }
  // To be called instead of end_item() for an item that could not be written: the item ends with a PicklingError for
  // this reason.
  void refuse_item(const std::exception_ptr& reason, const std::type_info& type);
  void write_run(const void* items, std::size_t count, const std::type_info& type);  // of fixed size
  // The same without a copy: the items must stay until the call has ended or is withdrawn.
  void lend_run(const void* items, std::size_t count);
  void flush() { hand_over(false); }
  void end();
  // The number of items that were written, and that hand_over() did not refuse for lack of memory.
  std::size_t items() const { return chunk_.first + chunk_.count; }

 private:
  void hand_over(bool is_last);
  std::exception_ptr drop_item(const std::exception_ptr& reason, const std::type_info& type);
  void begin_length();
  void end_length();
  ByteCore& core_;
  ByteCall& call_;
  std::size_t wanted_;  // items in the next chunk
  std::size_t item_size_bytes_;
  Chunk chunk_;
  BytesSink sink_;
  std::byte* length_ = nullptr;
  std::size_t item_begin_ = 0;
  bool has_ended_ = false;
};

}  // namespace multiprocessing::detail
