// SPDX-License-Identifier: MIT
#include "ipc/queue_core.hpp"

#include "os/cpu_limits.hpp"

#include <limits>
#include <new>
#include <string>
#include <system_error>

namespace multiprocessing::detail {
namespace {

using Kind = QueueRing::Kind;
using Point = QueueCursor::Point;

constexpr std::chrono::microseconds spin{20};
// Shortly before the laps begin anew at 0: so every queue comes there soon, not only one that is used for years.
constexpr std::uint64_t first_lap = std::uint64_t{0} - 4;
// Longer than copying a message takes: even a caller that does not want to wait must wait for that.
constexpr std::chrono::milliseconds copying{100};

int checked(int maxsize) {
  if (maxsize < 0) throw std::invalid_argument("maxsize must be at least 0, not " + std::to_string(maxsize));
  return maxsize;
}

// Returns none if it cannot be acquired by the deadline. But if its holder may only be copying, the queue is not stuck,
// and waiting a little longer helps.
template <class IsStuck>
HeldMutex enter(RobustMutex& mutex, Deadline deadline, IsStuck is_stuck) {
  HeldMutex held(mutex, deadline);
  if (!held && !is_stuck()) held = HeldMutex(mutex, deadline_after(copying));
  return held;
}

}  // namespace

QueueCore::QueueCore(int maxsize, const QueueSettings& settings)
    : maxsize_(checked(maxsize)),
      settings_(settings),
      spin_(allowed_cpus().size() > 1 ? spin : std::chrono::nanoseconds(0)),
      memory_(sizeof(Words), SegmentSizes(settings.first_bits), settings.segments),
      ring_(memory_, settings.first_bits, settings.segments),
      words_(new (memory_.head()) Words(ring_.begin_of(first_lap, 0))) {}

QueueCore::~QueueCore() {
  for (const RobustMutex* mutex : {&words_->putters, &words_->getters, &words_->next_move[0], &words_->next_move[1]}) {
    if (mutex->is_held_here()) memory_.stay();  // a thread waits while the program ends
  }
}

void QueueCore::check_open(const char* what) const {
  if (is_closed_) throw std::logic_error(std::string(what) + "() of a queue that this process has closed");
}

int QueueCore::qsize() const {
  const std::uint64_t got = words_->got.load().messages;  // read first: else it could be ahead of `put`
  const std::uint64_t messages = words_->put.load().messages - got;
  return static_cast<int>(std::min<std::uint64_t>(messages, std::numeric_limits<int>::max()));
}

void QueueCore::put(const Bytes& message, Deadline deadline) {
  check_open("put");
  const HeldMutex held = enter(words_->putters, deadline, [&] { return full(); });
  if (!held) throw Full("the queue is full");
  words_->put.note_cpu();
  if (memory_.map(ring_.smallest_segment(QueueRing::record_bytes(message.size_bytes())))) {
    put_whole(message, deadline);
  } else {
    put_pieces(message, deadline);
  }
}

void QueueCore::put_whole(const Bytes& message, Deadline deadline) {
  const Point put = words_->put.load();
  std::uint64_t& seen = words_->got_seen;
  const auto is_room = [&](const Point& got) {
    seen = got.messages;
    return put.messages - seen < static_cast<std::uint64_t>(maxsize_);
  };
  if (maxsize_ != 0 && put.messages - seen >= static_cast<std::uint64_t>(maxsize_)) wait_for_getters(is_room, deadline);
  const std::uint64_t position = position_for(put.position, QueueRing::record_bytes(message.size_bytes()), deadline);
  BytesSource source(message);
  const std::uint64_t end = ring_.write(position, Kind::whole, source, message.size_bytes());
  words_->put.move(put, end, put.messages + 1);
}

// Returns the position of the next record: this one, or one in another segment. At least one segment that can hold the
// record must be mapped.
std::uint64_t QueueCore::position_for(std::uint64_t position, std::uint64_t record_bytes, Deadline deadline) {
  if (ring_.has_room(position, record_bytes) && memory_.map(ring_.segment_of(position))) return position;
  // Keeps the segment that put() has just mapped: the system might not map it again.
  const int smallest = ring_.smallest_segment(record_bytes);
  memory_.unmap_from(std::max({words_->last_segment.load() + 1, settings_.kept_segments, smallest + 1}));
  int next = 0;
  const auto is_free = [&](const Point& got) {
    const std::uint32_t used = used_segments(got.position, position);
    for (next = smallest; memory_.map(next); ++next) {
      if ((used >> next & 1) == 0) return true;
    }
    return false;
  };
  wait_for_getters(is_free, deadline);
  if (next > words_->last_segment) words_->last_segment = next;
  const std::uint64_t lap = ring_.lap_of(position);
  end_of(lap) = {position, next};
  return after_lap(lap);
}

// A segment's bit is set while the segment holds a record that is not taken yet.
std::uint32_t QueueCore::used_segments(std::uint64_t got, std::uint64_t put) {
  std::uint32_t used = 0;
  for (std::uint64_t lap = ring_.lap_of(got); lap != ring_.lap_of(put); lap = ring_.lap_of(got)) {
    if (got != end_of(lap).position) used |= std::uint32_t{1} << ring_.segment_of(got);
    got = after_lap(lap);
  }
  if (got != put) used |= std::uint32_t{1} << ring_.segment_of(put);
  return used;
}

void QueueCore::take_record(const QueueRing::Record& record) {
  const Point got = words_->got.load();
  const bool is_message = record.kind == Kind::whole || record.kind == Kind::last;
  words_->got.move(got, record.end, got.messages + (is_message ? 1 : 0));
}

Bytes QueueCore::get(Deadline deadline) {
  check_open("get");
  const HeldMutex held = enter(words_->getters, deadline, [&] { return qsize() == 0; });
  if (!held) throw Empty("the queue is empty");
  words_->got.note_cpu();
  Bytes message;
  for (bool is_complete = false; !is_complete;) {
    const Point got = words_->got.load();
    std::uint64_t& seen = words_->put_seen;
    const auto is_more = [&](const Point& put) { return (seen = put.position) != got.position; };
    if (!QueueRing::is_before(got.position, seen) && !words_->put.wait(is_more, deadline, spin_))
      throw Empty("the queue is empty");
    const std::uint64_t position = follow(got, seen);
    if (position == seen) continue;
    map_for_get(ring_.segment_of(position));
    const QueueRing::Record record = ring_.record_at(position);
    if (record.kind == Kind::first) {
      is_complete = take_pieces(message);
      continue;
    }
    is_complete = record.kind == Kind::whole;
    if (is_complete) ring_.read(position, record, message);
    take_record(record);
  }
  // Compares with the position that was seen last: to read the putters' cursor for each message would slow both sides
  // down.
  const bool seems_empty = !QueueRing::is_before(words_->got.load().position, words_->put_seen);
  if (seems_empty && words_->last_segment.load(std::memory_order_relaxed) >= settings_.kept_segments)
    give_memory_back();
  return message;
}

// Moves the getters from the end of a lap to the beginning of the next one, if the putters have left that lap.
std::uint64_t QueueCore::follow(const Point& got, std::uint64_t put) {
  const std::uint64_t lap = ring_.lap_of(got.position);
  if (lap == ring_.lap_of(put) || end_of(lap).position != got.position) return got.position;
  words_->got.move(got, after_lap(lap), got.messages);
  return after_lap(lap);
}

void QueueCore::map_for_get(int segment) {
  if (memory_.map(segment)) return;
  throw std::system_error(ENOMEM, std::system_category(),
                          "cannot map " + std::to_string(ring_.end_bytes(segment)) +
                              " bytes, which it takes to get the next message; it stays in the queue");
}

// An empty queue begins anew in its first segment.
void QueueCore::give_memory_back() {
  const Point got = words_->got.load();
  if (words_->put.load().position != got.position) return;
  const HeldMutex held(words_->putters, Deadline::min());
  const Point put = words_->put.load();
  if (!held || put.position != got.position || !memory_.map(words_->last_segment)) return;
  const std::uint64_t lap = ring_.lap_of(put.position);
  end_of(lap) = {put.position, 0};
  words_->put.move(put, after_lap(lap), put.messages);
  words_->got.move(got, after_lap(lap), got.messages);
  memory_.give_back_from(settings_.kept_segments);
  words_->last_segment = settings_.kept_segments - 1;
}

void QueueCore::task_done() {
  const HeldMutex held(words_->finishers);
  const auto all = static_cast<std::uint32_t>(words_->put.load().messages);
  if (((all - words_->finished.load()) << 1) == 0) {
    throw std::logic_error("task_done() was called more often than messages were put");
  }
  words_->finished.add();
}

bool QueueCore::join(Deadline deadline) {
  const auto is_all = [&] {
    const std::uint32_t finished =
        words_->finished.load();  // read first: else it could equal an older count of what was put
    return ((static_cast<std::uint32_t>(words_->put.load().messages) - finished) << 1) == 0;
  };
  return words_->finished.wait(is_all, deadline, std::chrono::nanoseconds(0));
}

}  // namespace multiprocessing::detail
