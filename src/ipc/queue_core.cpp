// SPDX-License-Identifier: MIT
#include "ipc/queue_core.hpp"

#include <multiprocessing/errors.hpp>

#include "os/cpu_limits.hpp"
#include "os/memory.hpp"

#include <limits>
#include <new>
#include <string>

namespace multiprocessing::detail {
namespace {

using Kind = QueueRing::Kind;
using Point = QueueCursor::Point;

constexpr std::chrono::microseconds spin{20};
constexpr std::size_t words_bytes = 4096;
constexpr std::size_t kept_bytes = std::size_t{16} << 20;  // what an empty queue may have touched
// Longer than anybody copies a message: who does not want to wait must wait for that.
constexpr std::chrono::milliseconds copying{100};

int checked(int maxsize) {
  if (maxsize < 0) throw std::invalid_argument("maxsize must be at least 0, not " + std::to_string(maxsize));
  return maxsize;
}

// None if it is not to be had by the deadline. Whoever holds it may only be copying: then the queue is not stuck.
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
      mapping_(words_bytes + settings.ring_bytes),
      words_(new (mapping_.data()) Words),
      ring_(mapping_.data() + words_bytes, settings.ring_bytes) {
  static_assert(sizeof(Words) <= words_bytes);
}

QueueCore::~QueueCore() {
  for (const RobustMutex* mutex : {&words_->putters, &words_->getters, &words_->next_move[0], &words_->next_move[1]}) {
    if (mutex->is_held_here()) mapping_.stay();  // by a thread that waits while the program ends
  }
}

void QueueCore::check_open(const char* what) const {
  if (is_closed_) throw std::logic_error(std::string(what) + "() of a queue that this process has closed");
}

int QueueCore::qsize() const {
  const std::uint64_t got = words_->got.load().messages;  // first: else it may have overtaken the other
  const std::uint64_t messages = words_->put.load().messages - got;
  return static_cast<int>(std::min<std::uint64_t>(messages, std::numeric_limits<int>::max()));
}

void QueueCore::put(const Bytes& message, Deadline deadline) {
  check_open("put");
  const HeldMutex held = enter(words_->putters, deadline, [&] { return full(); });
  if (!held) throw Full("the queue is full");
  words_->put.note_cpu();
  if (QueueRing::record_bytes(message.size_bytes()) <= ring_.size_bytes()) {
    put_whole(message, deadline);
  } else {
    put_pieces(message, deadline);
  }
}

// Until all before the position has been taken, and all but so many messages.
void QueueCore::wait_for_room(std::uint64_t position, std::uint64_t messages, Deadline deadline) {
  Seen& seen = words_->got_seen;
  if (seen.position >= position && seen.messages >= messages) return;
  const auto is_room = [&](const Point& got) {
    seen = {got.position, got.messages};
    return got.position >= position && got.messages >= messages;
  };
  if (!words_->got.wait(is_room, deadline, spin_)) throw Full("the queue is full");
}

void QueueCore::put_whole(const Bytes& message, Deadline deadline) {
  const Point put = words_->put.load();
  const std::uint64_t end = put.position + QueueRing::record_bytes(message.size_bytes());
  const std::uint64_t size = ring_.size_bytes();
  const auto most = static_cast<std::uint64_t>(maxsize_);
  wait_for_room(end > size ? end - size : 0, maxsize_ != 0 && put.messages >= most ? put.messages - most + 1 : 0,
                deadline);
  BytesSource source(message);
  ring_.write(put.position, Kind::whole, source, message.size_bytes());
  words_->put.move(put, end, put.messages + 1);
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
    if (seen <= got.position && !words_->put.wait(is_more, deadline, spin_)) throw Empty("the queue is empty");
    const QueueRing::Record record = ring_.record_at(got.position);
    if (record.kind == Kind::first) {
      is_complete = take_pieces(message);
      continue;
    }
    is_complete = record.kind == Kind::whole;
    if (is_complete) ring_.read(got.position, record, message);
    take_record(record);
  }
  begin_anew();
  return message;
}

// An empty queue goes on at the beginning of its ring: what is put and got in turn stays in the cache, and takes little
// memory. Between the two moves the gap is a record as others are.
void QueueCore::begin_anew() {
  const Point got = words_->got.load();
  const std::uint64_t offset = ring_.offset(got.position);
  if (offset < settings_.window_bytes || words_->put_seen > got.position) return;
  if (words_->put.load().position != got.position) return;
  const HeldMutex held(words_->putters, Deadline::min());
  const Point put = words_->put.load();
  if (!held || put.position != got.position) return;
  const std::uint64_t gap_bytes = ring_.size_bytes() - offset - QueueRing::record_bytes(0);
  const std::uint64_t end = ring_.write_header(put.position, Kind::gap, gap_bytes);
  words_->put.move(put, end, put.messages);
  words_->got.move(got, end, got.messages);
  if (offset > kept_bytes) empty_shared_memory(mapping_.data() + words_bytes, ring_.size_bytes());
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
    const std::uint32_t finished = words_->finished.load();  // first: else it may be equal to what was put before
    return ((static_cast<std::uint32_t>(words_->put.load().messages) - finished) << 1) == 0;
  };
  return words_->finished.wait(is_all, deadline, std::chrono::nanoseconds(0));
}

}  // namespace multiprocessing::detail
