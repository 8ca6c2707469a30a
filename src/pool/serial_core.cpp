// SPDX-License-Identifier: MIT
#include <multiprocessing/detail/pool_core.hpp>
#include <multiprocessing/errors.hpp>

#include "os/mutex.hpp"
#include "os/owner_mark.hpp"
#include "os/throw_trace.hpp"
#include "pool/answer_table.hpp"
#include "pool/callback_thread.hpp"
#include "pool/check_options.hpp"
#include "pool/item_error.hpp"
#include "pool/owner_check.hpp"
#include "pool/run_initializer.hpp"
#include "pool/task_terms.hpp"
#include "process/task_context.hpp"

#include <atomic>

namespace multiprocessing::detail {
namespace {

enum class SerialState { open, closed, ended };

// One item that runs in the caller.
class SerialItem final : public RunningItem {
 public:
  SerialItem(ByteSource& argument, Bytes& result) : RunningItem(argument), sink_(result) {}
  void running() override { phase_ = Phase::running; }
  ByteSink& encoding() override {
    phase_ = Phase::encoding;
    return sink_;
  }
  void commit() override { phase_ = Phase::done, sink_.finish(); }
  Phase phase() const { return phase_; }

 private:
  Phase phase_ = Phase::decoding;
  BytesSink sink_;
};

// A call whose items have ended as soon as they are handed in. The mutex lets the callback thread read what it keeps.
class SerialCall final : public ByteCall {
 public:
  // `state` is the core's.
  SerialCall(std::shared_ptr<ByteCore> core, const std::atomic<SerialState>& state, CallbackThread& callback_thread,
             PreparedFunction function, Keep keep, std::size_t index_of_first)
      : ByteCall(callback_thread, index_of_first),
        core_(std::move(core)),
        state_(state),
        image_(std::move(function.image)),
        refused_(std::move(function.refused)),
        table_(keep, image_.type->result_size_bytes) {}
  ~SerialCall() override {
    if (function_ != nullptr) image_.type->drop(function_);
  }

  bool wait(Until, std::size_t, Deadline) override { return true; }
  void withdraw() override {}
  bool cancel(Running what_runs) override {
    if (what_runs == Running::kill) throw std::logic_error("cancel(Running::kill): a SerialPool has nothing to kill");
    return false;  // it has ended
  }
  void stop() override {}  // see run_item()
  using Call::accept;
  std::size_t take_next() override {
    return locked([&](AnswerTable& table) { return table.next(); });
  }
  bool failed() override {
    return locked([&](AnswerTable& table) { return table.failed(); });
  }
  std::size_t size() override {
    return locked([&](AnswerTable& table) { return table.expected(); });
  }
  ByteAnswer take(std::size_t index) override {
    return locked([&](AnswerTable& table) { return table.take(index); });
  }
  bool take_fixed(std::size_t index, void* value) override {
    return locked([&](AnswerTable& table) { return table.take_fixed(index, value); });
  }
  bool take_all_fixed(void* values) override {
    return locked([&](AnswerTable& table) { return table.copy_all_fixed(values); });
  }
  void put_fixed_into(std::shared_ptr<void> owner, void* values, std::size_t count) override {
    locked([&](AnswerTable& table) { table.put_fixed_into(std::move(owner), values, count); });
  }

  std::size_t run(Chunk chunk) {
    const std::size_t end = chunk.first + chunk.count;
    locked([&](AnswerTable& table) { table.expect(end); });
    BytesSource source(chunk.bytes);
    std::vector<std::byte> item;
    std::size_t values = 0;
    for (std::size_t index = chunk.first; index != end; ++index) {
      std::uint64_t size = image_.type->item_size_bytes;
      if (size == 0) source.read(&size, sizeof size);
      try {
        item.resize(size);
      } catch (const std::bad_alloc&) {
        locked([&](AnswerTable& table) { table.put_failures(index, end - index, std::current_exception()); });
        break;
      }
      source.read(item.data(), size);
      ByteAnswer answer = run_item(item, index);
      if (answer.kind == ByteAnswer::Kind::value) ++values;
      locked([&](AnswerTable& table) { table.put(index, std::move(answer)); });
    }
    return values;
  }
  void put(std::size_t index, ByteAnswer answer) {
    locked([&](AnswerTable& table) {
      table.expect(index + 1);
      table.put(index, std::move(answer));
    });
  }
  void end_input() { announce_end(); }

 private:
  template <class Function>
  std::invoke_result_t<Function, AnswerTable&> locked(Function function) {
    const MutexLock lock(mutex_);
    return function(table_);
  }
  ByteAnswer run_item(const std::vector<std::byte>& item, std::size_t index) try {
    if (refused_) return {.kind = ByteAnswer::Kind::failure, .bytes = {}, .error = refused_};
    if (stop_requested()) return cancelled(stopped_before);
    if (state_ == SerialState::ended) return refuse_more(), cancelled("the pool was terminated");
    BytesSource argument(item.data(), item.size());
    ByteAnswer answer{.kind = ByteAnswer::Kind::value};
    const ItemScope scope(first_index + index);
    SerialItem running(argument, answer.bytes);
    try {
      if (image_.type->load != nullptr && function_ == nullptr) {
        BytesSource state(image_.state);
        function_ = image_.type->load(state);
      }
      const void* const function = function_ != nullptr ? function_ : image_.address.data();
      note_throws_of([&] { image_.type->run(function, running); });
    } catch (...) {
      Bytes bytes;
      BytesSink sink(bytes);
      encode_item_error(std::current_exception(), running.phase(), *image_.type,
                        {first_index + index, item.size(), "in the calling process"}, sink);
      sink.finish();
      return {.kind = ByteAnswer::Kind::exception, .bytes = std::move(bytes), .error = {}};
    }
    return answer;
  } catch (const std::bad_alloc&) {  // not the task's own
    return {.kind = ByteAnswer::Kind::failure, .bytes = {}, .error = std::current_exception()};
  }

  static ByteAnswer cancelled(const char* why) {
    return {.kind = ByteAnswer::Kind::failure, .bytes = {}, .error = std::make_exception_ptr(CancelledError(why))};
  }

  std::shared_ptr<ByteCore> core_;
  const std::atomic<SerialState>& state_;
  FunctionImage image_;
  std::exception_ptr refused_;
  void* function_ = nullptr;
  Mutex mutex_;
  AnswerTable table_ MULTIPROCESSING_GUARDED_BY(mutex_);
};

class SerialCore final : public ByteCore, public std::enable_shared_from_this<SerialCore> {
 public:
  explicit SerialCore(const PoolOptions& options) : finalizer_(options.finalizer) {
    check_options(options);
    if (options.initializer) run_initializer(options.initializer);
  }

  std::shared_ptr<ByteCall> begin(PreparedFunction function, const CallSettings& settings) override {
    check_owner(mark_);
    if (state_ != SerialState::open) throw std::logic_error("the SerialPool is closed: it takes no more work");
    auto call = std::make_shared<SerialCall>(shared_from_this(), state_, callback_thread_, std::move(function),
                                             settings.keep, settings.single ? calls_++ : 0);
    call->accept(settings.options, call);
    return call;
  }
  void submit(ByteCall& call, Chunk chunk, bool is_last) override {
    const std::size_t count = chunk.count;
    const std::size_t values = static_cast<SerialCall&>(call).run(std::move(chunk));
    finished_ += values;
    failed_ += count - values;
    answered_ += count;
    if (is_last) end_input(call);
  }
  void refuse(ByteCall& call, std::exception_ptr reason) override {
    auto& serial = static_cast<SerialCall&>(call);
    serial.put(serial.size(), {.kind = ByteAnswer::Kind::failure, .bytes = {}, .error = std::move(reason)});
    ++failed_;
  }
  void end_input(ByteCall& call) noexcept override { static_cast<SerialCall&>(call).end_input(); }
  // Each item runs when its result is asked for, not earlier.
  long default_buffersize(long chunksize) const override { return chunksize; }

  void close() override {
    check_owner(mark_);
    if (state_ == SerialState::open) state_ = SerialState::closed;
  }
  void terminate() override {
    check_owner(mark_);
    state_ = SerialState::ended;
  }
  bool join(Deadline deadline) override {
    check_owner(mark_);
    if (state_ == SerialState::open) throw std::logic_error("join() was called before close() or terminate()");
    if (!finalized_.exchange(true) && finalizer_) run_finalizer(finalizer_, "SerialPool");
    return callback_thread_.finish(deadline);
  }
  int processes() const override { return check_owner(mark_), 1; }
  std::vector<pid_t> worker_pids() const override { return check_owner(mark_), std::vector<pid_t>{}; }
  PoolStats stats() const override {
    check_owner(mark_);
    const WorkerStats caller{.starts = 1, .items = answered_};
    return {.queued = 0, .running = 0, .finished = finished_, .failed = failed_, .lost = 0, .workers = {caller}};
  }
  bool inherited() const override { return mark_.inherited(); }
  void leave_scope() noexcept override {
    if (mark_.inherited()) return;
    if (state_ == SerialState::open) state_ = SerialState::ended;
    join(never);
  }

 private:
  OwnerMark mark_;
  std::atomic<SerialState> state_ = SerialState::open;
  std::atomic<bool> finalized_ = false;
  Initializer finalizer_;
  CallbackThread callback_thread_;
  std::atomic<std::size_t> calls_ = 0;
  std::atomic<std::size_t> finished_ = 0;
  std::atomic<std::size_t> failed_ = 0;
  std::atomic<std::size_t> answered_ = 0;  // refused ones are not among them
};

}  // namespace

std::shared_ptr<ByteCore> make_serial_core(const PoolOptions& options) { return std::make_shared<SerialCore>(options); }

}  // namespace multiprocessing::detail
