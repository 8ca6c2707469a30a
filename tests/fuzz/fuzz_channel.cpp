// SPDX-License-Identifier: MIT
#include "fuzz/channel_script.hpp"
#include "fuzz/parent_end.hpp"

namespace multiprocessing::tests {
namespace {

using namespace multiprocessing::detail;

// The worker's end: it writes what the script says, right or wrong.
class WorkerEnd {
 public:
  explicit WorkerEnd(ParentEnd& parent) : parent_(parent), channel_(parent.channel) {}

  void start(std::uint32_t pid) {
    const WorkerStart start{static_cast<std::int32_t>(pid), static_cast<std::int64_t>(pid) << 32};
    put(PieceKind::started, sizeof start, &start, sizeof start), commit(0);
  }
  void claim(std::uint8_t frames) {
    Turn turn = Turn::of(channel_.words->turn);
    for (; frames != 0 && turn.claimed != turn.offered; --frames, ++turn.claimed) read_frame();
    channel_.words->turn = turn.word();
  }
  void run(std::int8_t difference, std::uint8_t phase) {
    const std::uint64_t item = parent_.slot.answered_items() + 1 + static_cast<std::uint64_t>(difference);
    channel_.words->running = item << 8 | phase;
  }
  void answer(ScriptReader& script) {
    const auto kind = static_cast<PieceKind>(script.next<std::uint8_t>());
    const std::size_t size = script.next<std::uint16_t>() % ParentEnd::ring_bytes;
    Input bytes(std::min<std::size_t>(size, 64));
    script.read(bytes.data(), bytes.size());
    put(kind, static_cast<std::uint32_t>(size), bytes.data(), bytes.size());
    commit(0);
  }
  void answer_more(std::uint8_t count) {
    const long value = 14;
    for (; count != 0; --count) put(PieceKind::value, sizeof value, &value, sizeof value);
    commit(0);
  }
  void lap() {
    const std::size_t left = channel_.results.contiguous_bytes(position_);
    put(PieceKind::padding, static_cast<std::uint32_t>(left - sizeof(PieceHeader)), &left, 0);
  }
  void piece(ScriptReader& script) {
    const auto kind = static_cast<PieceKind>(script.next<std::uint32_t>());
    const auto announced = script.next<std::uint32_t>();
    Input bytes(script.next<std::uint8_t>());
    bytes.resize(script.read(bytes.data(), bytes.size()));
    put(kind, announced, bytes.data(), bytes.size());
  }
  void commit(std::int8_t difference) {
    channel_.words->committed = position_ + static_cast<std::uint64_t>(std::int64_t{difference});
  }
  void store(std::uint8_t which, std::uint64_t value) {
    ChannelWords& words = *channel_.words;
    std::atomic<std::uint64_t>* const all[] = {&words.turn,
                                               &words.filled,
                                               &words.consumed,
                                               &words.running,
                                               &words.committed,
                                               &words.taken,
                                               &words.began_nanoseconds,
                                               &words.working_nanoseconds,
                                               &words.waiting_nanoseconds};
    if (const std::size_t place = which % (std::size(all) + 1); place != std::size(all)) {
      *all[place] = value;
    } else {
      words.parked = static_cast<std::uint32_t>(value);
    }
  }
  void garbage(ScriptReader& script) {
    const auto offset = script.next<std::uint16_t>();
    Input bytes(script.next<std::uint8_t>());
    bytes.resize(script.read(bytes.data(), bytes.size()));
    copy(offset, bytes.data(), bytes.size());
  }
  void consume(std::int8_t difference) {
    channel_.words->consumed = frames_end_ + static_cast<std::uint64_t>(std::int64_t{difference});
  }
  void begin_anew() { position_ = frames_end_ = 0; }

 private:
  void read_frame() {
    FrameHeader header{};
    header.kind = FrameKind::skip;
    const std::size_t left = channel_.tasks.contiguous_bytes(frames_end_);
    if (left >= sizeof header) std::memcpy(&header, channel_.tasks.at(frames_end_), sizeof header);
    if (header.kind == FrameKind::skip) {
      frames_end_ += left;
      std::memcpy(&header, channel_.tasks.at(frames_end_), sizeof header);
    }
    frames_end_ += round_up_to_8(sizeof header + header.function_bytes + header.bytes);
  }
  // Up to the ring's end, as a worker that keeps to the protocol does.
  void copy(std::uint64_t position, const void* data, std::size_t size_bytes) {
    const std::size_t size = std::min(size_bytes, channel_.results.contiguous_bytes(position));
    if (size != 0) std::memcpy(channel_.results.at(position), data, size);
  }
  void put(PieceKind kind, std::uint32_t announced, const void* data, std::size_t size_bytes) {
    position_ &= ~std::uint64_t{7};
    if (channel_.results.contiguous_bytes(position_) < sizeof(PieceHeader) + announced && kind != PieceKind::padding &&
        announced < ParentEnd::ring_bytes) {
      lap();
    }
    const PieceHeader header{announced, kind};
    copy(position_, &header, sizeof header);
    copy(position_ + sizeof header, data, size_bytes);
    position_ += round_up_to_8(sizeof header + std::uint64_t{announced});
  }

  ParentEnd& parent_;
  const Channel& channel_;
  std::uint64_t position_ = 0;    // of the result ring
  std::uint64_t frames_end_ = 0;  // of those claimed, in the task ring
};

void run_step(Step step, ScriptReader& script, ParentEnd& parent, WorkerEnd& worker) {
  switch (step) {
    case Step::start:
      return worker.start(script.next<std::uint32_t>());
    case Step::claim:
      return worker.claim(script.next<std::uint8_t>());
    case Step::run: {
      const auto difference = script.next<std::int8_t>();
      return worker.run(difference, script.next<std::uint8_t>());
    }
    case Step::answer:
      return worker.answer(script);
    case Step::answer_more:
      return worker.answer_more(script.next<std::uint8_t>());
    case Step::lap:
      return worker.lap();
    case Step::piece:
      return worker.piece(script);
    case Step::commit:
      return worker.commit(script.next<std::int8_t>());
    case Step::store: {
      const auto which = script.next<std::uint8_t>();
      return worker.store(which, script.next<std::uint64_t>());
    }
    case Step::garbage:
      return worker.garbage(script);
    case Step::consume:
      return worker.consume(script.next<std::int8_t>());
    case Step::offer: {
      const std::size_t call = script.next<std::uint8_t>() % ParentEnd::call_count;
      const std::size_t items = script.next<std::uint8_t>() % 64;
      return parent.offer(call, items, script.next<std::uint16_t>() % 2048);
    }
    case Step::offer_again:
      return parent.offer_again();
    case Step::collect:
      return parent.collect();
    case Step::recall:
      return parent.recall();
    case Step::stream:
      return parent.slot.stream();
    case Step::look:
      return parent.look();
    case Step::condemn:
      return parent.condemn((script.next<std::uint8_t>() & 1) == 0);
    case Step::cancel:
      return parent.cancel(script.next<std::uint8_t>() % ParentEnd::call_count);
    case Step::arm: {
      const auto flags = script.next<std::uint8_t>();
      parent.slot.arm((flags & 1) != 0, (flags & 2) != 0, (flags & 4) != 0);
      return void(parent.slot.needs_attention((flags & 8) != 0));
    }
    case Step::leave:
      return parent.leave();
    case Step::bury:
      parent.bury();
      return worker.begin_anew();
    case Step::count:
      break;
  }
}

void fuzz_channel(std::span<const std::byte> input) {
  ParentEnd parent;
  WorkerEnd worker(parent);
  ScriptReader script(input);
  for (int steps = 0; steps != 1000 && !script.at_end(); ++steps) {
    run_step(script.next_step(), script, parent, worker);
  }
  parent.look();
  parent.bury();
}

}  // namespace

const FuzzTarget channel_target{"channel", fuzz_channel, channel_scripts};

}  // namespace multiprocessing::tests
