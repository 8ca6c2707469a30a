// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/detail/call.hpp>
#include <multiprocessing/detail/task.hpp>
#include <multiprocessing/options.hpp>

#include <optional>

namespace multiprocessing::detail {

// What every engine can do that needs no types. Any thread, except in a process forked from the owner's: there every
// call is std::logic_error that names the owner.
class MULTIPROCESSING_EXPORT PoolCore {
 public:
  virtual ~PoolCore();
  virtual void close() = 0;
  virtual void terminate() = 0;
  virtual bool join(Deadline deadline) = 0;
  virtual int processes() const = 0;
  virtual std::vector<pid_t> worker_pids() const = 0;
  virtual PoolStats stats() const = 0;
  virtual bool can_kill() const { return false; }  // can end an item that runs
  virtual bool inherited() const = 0;              // by a fork: the pool belongs to another process
  virtual void leave_scope() noexcept = 0;  // what a pool's destructor does: join if closed, else terminate and join
};

// Names of shared memory that came with an outcome, and now belong to this process. The destructor unlinks them unless
// keep() was called, because then nobody has taken the outcome.
class MULTIPROCESSING_EXPORT GivenNames {
 public:
  GivenNames() = default;
  GivenNames(const GivenNames&) = delete;
  GivenNames& operator=(const GivenNames&) = delete;
  virtual ~GivenNames();
  virtual void keep() noexcept = 0;
};

// An outcome as it came: bytes, or an error that was noticed here.
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
  const std::size_t first_index;  // added to an item's position for item_index()
  virtual std::size_t size() = 0;
  virtual ByteAnswer take(std::size_t index) = 0;
  // Copies a value that has the fixed size of the call's TaskType; false if it is to be had by take() only.
  virtual bool take_fixed(std::size_t index, void* value) = 0;
  // Copies all values, which have the fixed size of the call's TaskType; false if one ended with an error.
  virtual bool take_all_fixed(void* values) = 0;
};

// Several items of one call, handed over together. How many of them travel to a worker together is another matter.
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
  // Never blocks on a worker. `is_last`: and no more will come. Throws std::bad_alloc: then nothing was handed in.
  virtual void submit(ByteCall& call, Chunk chunk, bool is_last) = 0;
  virtual void refuse(ByteCall& call, std::exception_ptr reason) = 0;  // the next item could not be serialised
  virtual void end_input(ByteCall& call) noexcept = 0;
  virtual long default_buffersize(long chunksize) const = 0;
};

MULTIPROCESSING_EXPORT std::shared_ptr<ByteCore> make_worker_group(const PoolOptions& options);
MULTIPROCESSING_EXPORT std::shared_ptr<ByteCore> make_serial_core(const PoolOptions& options);

// Collects a call's items as they are written, and hands them over by chunks that grow: the first items start at once.
class MULTIPROCESSING_EXPORT ChunkWriter {
 public:
  ChunkWriter(ByteCore& core, ByteCall& call, std::size_t item_size_bytes);
  ChunkWriter(const ChunkWriter&) = delete;
  ChunkWriter& operator=(const ChunkWriter&) = delete;
  ~ChunkWriter();  // without end(): what was not handed over never will be
  ByteSink& begin_item() {
    if (item_size_bytes_ == 0) begin_length();
    return sink_;
  }
  void end_item() {
    if (item_size_bytes_ == 0) end_length();
    if (++chunk_.count >= wanted_) flush();
  }
  // Instead of end_item(), for an item that could not be written, for this reason: the item ends with PicklingError.
  void refuse_item(const std::exception_ptr& reason, const std::type_info& type);
  void write_run(const void* items, std::size_t count, const std::type_info& type);  // of fixed size
  void flush() { hand_over(false); }
  void end();
  // Written, and not refused by hand_over() for lack of memory.
  std::size_t items() const { return chunk_.first + chunk_.count; }

 private:
  void hand_over(bool is_last);
  std::exception_ptr drop_item(const std::exception_ptr& reason, const std::type_info& type);
  void begin_length();
  void end_length();
  ByteCore& core_;
  ByteCall& call_;
  std::size_t wanted_ = 1;  // items in the next chunk
  std::size_t item_size_bytes_;
  Chunk chunk_;
  BytesSink sink_;
  std::byte* length_ = nullptr;
  std::size_t item_begin_ = 0;
  bool has_ended_ = false;
};

}  // namespace multiprocessing::detail
