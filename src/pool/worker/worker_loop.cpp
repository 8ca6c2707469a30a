// SPDX-License-Identifier: MIT
#include "pool/worker/worker_loop.hpp"

#include <multiprocessing/detail/exception_codec.hpp>

#include "os/futex.hpp"
#include "os/output.hpp"
#include "os/this_process.hpp"
#include "os/throw_trace.hpp"
#include "process/task_context.hpp"
#include "process/worker_name.hpp"

#include <system_error>

namespace multiprocessing::detail {
namespace {

std::uint64_t nanoseconds_of(std::chrono::steady_clock::time_point time) {
  return static_cast<std::uint64_t>(std::chrono::nanoseconds(time.time_since_epoch()).count());
}

std::uint64_t now_in_nanoseconds() { return nanoseconds_of(std::chrono::steady_clock::now()); }

}  // namespace

// One item in this worker, as the code that knows its types sees it.
class Worker::Item final : public RunningItem {
 public:
  Item(Worker& worker, const FrameHeader& frame, std::uint32_t number)
      : RunningItem(worker.reader_), worker_(worker), frame_(frame), number_(number) {}
  void running() override {
    mark(Phase::running);
    if (frame_.timing == Timing::all) worker_.times_.running = now_in_nanoseconds();
  }
  ByteSink& encoding() override {
    mark(Phase::encoding);
    if (frame_.timing == Timing::all) worker_.times_.encoding = now_in_nanoseconds();
    worker_.names_.clear();
    worker_.writer_.begin();
    return worker_.writer_;
  }
  void commit() override {
    worker_.names_.give(worker_.owner_, worker_.writer_);
    mark(Phase::done);
    worker_.finish_answer(frame_, number_, PieceKind::value);
  }
  void commit_exception(const Bytes& exception) {
    worker_.writer_.begin_instead();
    copy_to(exception, worker_.writer_);
    try {
      worker_.names_.give(worker_.owner_, worker_.writer_);
    } catch (const std::system_error&) {
    }
    mark(Phase::done);
    worker_.finish_answer(frame_, number_, PieceKind::exception);
  }
  void mark(Phase phase) {
    phase_ = phase;
    worker_.mark(phase);
  }
  Phase phase() const { return phase_; }

 private:
  Worker& worker_;
  const FrameHeader& frame_;
  std::uint32_t number_;
  Phase phase_ = Phase::none;
};

Worker::Worker(const Channel& channel, int slot, std::chrono::nanoseconds spin, int waiter_bell_fd,
               int background_bell_fd, const ProcessIdentity& owner)
    : channel_(channel),
      name_(worker_name(slot, this_process())),
      waiting_(channel_, spin, waiter_bell_fd, background_bell_fd),
      reader_(channel_, waiting_),
      writer_(channel_, waiting_),
      owner_(owner) {
  writer_.names_to(&names_);
}

Worker::~Worker() {
  for (CachedFunction& cached : function_cache_) cached.drop();
}

void Worker::announce_start() {
  since_ = std::chrono::steady_clock::now();
  const WorkerStart start{this_process(), std::chrono::nanoseconds(since_.time_since_epoch()).count()};
  writer_.begin();
  writer_.write(&start, sizeof start);
  writer_.finish(PieceKind::started, ResultWriter::Notice::last_of_frame);
}

void Worker::announce_failed_start(const std::exception_ptr& error) {
  Bytes bytes;
  BytesSink sink(bytes);
  encode_exception(error, traceback("the initializer, " + name_), sink);
  sink.finish();
  writer_.begin();
  copy_to(bytes, writer_);
  writer_.finish(PieceKind::start_failed, ResultWriter::Notice::last_of_frame);
}

void Worker::serve() {
  while (true) {
    if (!claim()) {
      wait_for_frames();
    } else if (!run_frame()) {
      return;
    }
  }
}

ResultWriter::Notice Worker::notice_after(const FrameHeader& frame, std::uint32_t number) {
  if (number + 1 == frame.items) return ResultWriter::Notice::last_of_frame;
  return frame.prompt ? ResultWriter::Notice::look : ResultWriter::Notice::none;
}

bool Worker::claim() {
  std::uint64_t word = channel_.words->turn.load(std::memory_order_relaxed);
  Turn turn = Turn::of(word);
  if (turn.claimed == turn.offered) return false;
  ++turn.claimed;
  // Acquire: the frame's bytes, written before the offer. Release, and seq_cst for the look at the listener: the parent
  // that goes to sleep either sees this claim or is seen. A swap that fails was crossed by the parent: look again.
  if (!channel_.words->turn.compare_exchange_strong(word, turn.word(), std::memory_order_seq_cst)) return claim();
  waiting_.claimed(turn.claimed);
  return true;
}

void Worker::stamp() {
  times_.decoding = now_in_nanoseconds();
  channel_.words->began_nanoseconds.store(times_.decoding, std::memory_order_relaxed);
}

void Worker::finish_answer(const FrameHeader& frame, std::uint32_t number, PieceKind kind) {
  if (frame.timing != Timing::all) return writer_.finish(kind, notice_after(frame, number));
  times_.end = now_in_nanoseconds();
  writer_.finish(kind, notice_after(frame, number), std::exchange(times_, {}));
}

void Worker::wait_to_be_killed() {
  const RunningWord found = RunningWord::of(channel_.words->running.load(std::memory_order_relaxed));
  // Nobody will kill a worker whose word was overwritten by somebody else.
  if (!found.condemned) leave_process(1);
  const std::atomic<std::uint32_t> never_changes = 0;
  while (true) futex_wait(never_changes, 0);
}

void Worker::count_time(std::uint64_t& nanoseconds, std::atomic<std::uint64_t>& word) {
  const auto now = std::chrono::steady_clock::now();
  nanoseconds += static_cast<std::uint64_t>(std::chrono::nanoseconds(now - since_).count());
  since_ = now;
  word.store(nanoseconds, std::memory_order_relaxed);
}

void Worker::wait_for_frames() {
  const auto offered = [&] {
    const Turn turn = Turn::of(channel_.words->turn.load(std::memory_order_seq_cst));
    return turn.claimed != turn.offered;
  };
  // What it was woken for may have been taken back meanwhile: then it waits on.
  if (times_.waited_from == 0) times_.waited_from = nanoseconds_of(since_);
  waiting_.until(ParkReason::for_frames, offered, [] { flush_own_output(); });
  count_time(waiting_nanoseconds_, channel_.words->waiting_nanoseconds);
  times_.waited_until = nanoseconds_of(since_);
}

bool Worker::run_frame() {
  FrameHeader frame;
  const auto read_header = [&] { std::memcpy(&frame, channel_.tasks.at(position_), sizeof frame); };
  if (channel_.tasks.contiguous_bytes(position_) < sizeof frame)
    position_ += channel_.tasks.contiguous_bytes(position_);
  read_header();
  if (frame.kind == FrameKind::skip) {
    position_ += channel_.tasks.contiguous_bytes(position_);
    read_header();
  }
  if (frame.kind == FrameKind::leave) return false;

  // Where nothing is swapped nobody asks what was there; a plain item is left at `done`.
  if (!is_revocable_ && item_ != 0) mark_ = RunningWord{item_, Phase::done}.word();
  is_revocable_ = frame.is_revocable;
  reader_.start_frame(position_ + sizeof frame, frame.kind == FrameKind::streamed_work);
  const auto& type = *reinterpret_cast<const TaskType*>(frame.type);
  for (std::uint32_t number = 0; number != frame.items;) {
    // The first one of a frame that brings its function takes the general way: that may fail.
    if (type.run_fixed == nullptr || frame.timing != Timing::none || (number == 0 && frame.cache_entry >= 0)) {
      run_item(frame, number++);
    } else {
      number = run_fixed(frame, number);
    }
  }
  position_ = round_up_to_8(position_ + sizeof frame + frame.function_bytes + frame.bytes);
  count_time(working_nanoseconds_, channel_.words->working_nanoseconds);
  // Seq_cst: the parent may sleep until there is room.
  channel_.words->consumed.store(position_, std::memory_order_seq_cst);
  waiting_.consumed(position_);
  return true;
}

void Worker::run_item(const FrameHeader& frame, std::uint32_t number) {
  const auto& type = *reinterpret_cast<const TaskType*>(frame.type);
  const std::size_t index = frame.first_item + number;
  const ItemScope scope(index);
  Item item(*this, frame, number);
  ++item_;
  if (frame.timing != Timing::none) stamp();
  item.mark(Phase::decoding);
  if (number == 0 && frame.fills_cache_entry) fill_cache_entry(frame);
  std::uint64_t bytes = type.item_size_bytes;
  try {
    if (bytes == 0) {
      reader_.open(sizeof bytes);
      reader_.read(&bytes, sizeof bytes);
    }
    reader_.open(bytes);
    note_throws_of([&] { type.run(function_of(frame), item); });
  } catch (...) {
    // What a destructor throws after the answer was sent concerns nobody any more.
    if (item.phase() != Phase::done) answer_exception(frame, number, bytes, item);
  }
  reader_.skip_rest();
  // Then what follows may be another call's, where nobody condemns, and nothing is swapped.
  if (is_revocable_) mark(Phase::none);
}

void Worker::answer_exception(const FrameHeader& frame, std::uint32_t number, std::uint64_t bytes, Item& item) {
  Bytes exception;
  BytesSink sink(exception);
  names_.clear();
  sink.names_to(&names_);
  encode_item_error(std::current_exception(), item.phase(), *reinterpret_cast<const TaskType*>(frame.type),
                    {frame.first_item + number, bytes, name_}, sink);
  sink.finish();
  item.commit_exception(exception);
}

// Many arithmetic items, whose bytes lie side by side in the ring. Returns the number of the next one to run.
std::uint32_t Worker::run_fixed(const FrameHeader& frame, std::uint32_t number) {
  const auto& type = *reinterpret_cast<const TaskType*>(frame.type);
  const void* const function =
      frame.cache_entry < 0 ? frame.address.data() : function_cache_[frame.cache_index()].function;
  if (function == nullptr) return run_item(frame, number), number + 1;
  const std::byte* const items = channel_.tasks.at(reader_.frame_begin()) + frame.function_bytes;
  ItemScope scope(frame.first_item + number);
  try {
    note_throws_of([&] {
      for (; number != frame.items; ++number) {
        ++item_;
        mark(Phase::running);
        scope.move_to(frame.first_item + number);
        std::byte* const result = writer_.begin_fixed(type.result_size_bytes);
        type.run_fixed(function, items + number * type.item_size_bytes, result);
        mark(Phase::done);
        writer_.finish(PieceKind::value, notice_after(frame, number));
      }
    });
  } catch (...) {
    Item item(*this, frame, number);
    item.mark(Phase::running);
    answer_exception(frame, number, type.item_size_bytes, item);
    ++number;
  }
  if (is_revocable_) mark(Phase::none);
  reader_.skip_to(frame.function_bytes + number * type.item_size_bytes);
  return number;
}

const void* Worker::function_of(const FrameHeader& frame) {
  if (frame.cache_entry < 0) return frame.address.data();
  const CachedFunction& cached = function_cache_[frame.cache_index()];
  if (cached.error) std::rethrow_exception(cached.error);
  return cached.function;
}

void Worker::fill_cache_entry(const FrameHeader& frame) {
  CachedFunction& cached = function_cache_[frame.cache_index()];
  cached.drop();
  cached = CachedFunction{reinterpret_cast<const TaskType*>(frame.type), nullptr, nullptr};
  reader_.open(frame.function_bytes);
  try {
    cached.function = cached.type->load(reader_);
  } catch (...) {
    cached.error = std::current_exception();
  }
  reader_.skip_rest();
}

}  // namespace multiprocessing::detail
