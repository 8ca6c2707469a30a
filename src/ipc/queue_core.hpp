// SPDX-License-Identifier: MIT
#pragma once

#include <multiprocessing/errors.hpp>

#include "ipc/held_mutex.hpp"
#include "ipc/queue_cursor.hpp"
#include "ipc/queue_ring.hpp"
#include "shm/growing_mapping.hpp"

#include <array>
#include <atomic>

namespace multiprocessing::detail {

struct QueueSettings {
  unsigned first_bits = 14;  // the first segment has 2^14 bytes, the last one 256 MiB
  int segments = 16;
  std::size_t piece_bytes = std::size_t{1} << 20;  // the size of a piece of a message that no segment can hold
  int kept_segments = 12;                          // whose memory, 32 MiB, an empty queue keeps
};

// Records in segments of memory. Putters have a lock, and getters have one. A message is written behind all others,
// and is there when the putters' cursor is moved beyond it; a getter copies it, and has it when it moves the getters'
// cursor. So whoever is killed has done it, or nothing: the next one finds all in order, and writes or reads the same
// record again. One putter at a time waits for room, and one getter for a message: inside their lock, where the others
// wait.
//
// A putter that finds no more room in its segment goes on in the smallest one that is large enough for the message and
// has nothing in it that is not taken. It notes that as the end of this lap of the ring, before it moves the cursor
// into the next lap: so a note counts once the putters are in a later lap. Each process maps the segments that it comes
// to. A putter that cannot map another segment uses one that it has, once that is empty, whatever segments other
// processes have mapped.
//
// A message larger than any segment to be had goes in pieces, each published when all before it has been taken. Its
// getter must not wait for a dead putter. So there is a lock for even moves of the putters' cursor and one for odd
// ones: who streams holds that of the next move until it is made, and before that takes the one of the move after it,
// if there is any. A getter that waits for a piece waits for the lock of the next move: when it has that, the piece
// is there, or never comes. No deadlock: the getter waits only for the next move, as it has taken all before; the
// putter takes the other lock only when all before has been taken. What is left of a message shows by itself: in the
// middle of one comes another, or a middle comes first, which the next getter drops.
class QueueCore {
 public:
  explicit QueueCore(int maxsize, const QueueSettings& settings = {});
  QueueCore(const QueueCore&) = delete;
  QueueCore& operator=(const QueueCore&) = delete;
  ~QueueCore();

  void put(const Bytes& message, Deadline deadline);
  Bytes get(Deadline deadline);
  int qsize() const;
  bool full() const { return maxsize_ != 0 && qsize() >= maxsize_; }
  void close() { is_closed_ = true; }

  void task_done();
  bool join(Deadline deadline);

 private:
  struct EndOfLap {
    std::uint64_t position;
    int next_segment;
  };
  struct Words {
    explicit Words(std::uint64_t position) : put(position), put_seen(position), got(position) {}
    RobustMutex putters;
    std::uint64_t got_seen = 0;  // messages; so that putters do not read the cursor for each message
    alignas(64) QueueCursor put;
    alignas(64) RobustMutex getters;
    std::uint64_t put_seen;  // a position; likewise for getters
    alignas(64) QueueCursor got;
    alignas(64) std::array<RobustMutex, 2> next_move;
    std::atomic<int> last_segment{0};  // the last one used since the queue was empty; changed by putters
    RobustMutex finishers;
    EventCount finished;  // messages
    // More than the laps that can hold records that are not taken: one for each segment, and one without a message.
    std::array<EndOfLap, 32> ends;
  };
  void check_open(const char* what) const;
  RobustMutex& lock_of_move(std::uint32_t move) { return words_->next_move[move % 2]; }
  EndOfLap& end_of(std::uint64_t lap) { return words_->ends[lap % words_->ends.size()]; }
  std::uint64_t after_lap(std::uint64_t lap) { return ring_.begin_of(lap + 1, end_of(lap).next_segment); }

  template <class Condition>
  void wait_for_getters(Condition holds, Deadline deadline) {
    if (!words_->got.wait(holds, deadline, spin_)) throw Full("the queue is full");
  }
  void put_whole(const Bytes& message, Deadline deadline);
  void put_pieces(const Bytes& message, Deadline deadline);
  void wait_until_taken(std::uint64_t position, Deadline deadline);
  std::uint64_t position_for(std::uint64_t position, std::uint64_t record_bytes, Deadline deadline);
  std::uint32_t used_segments(std::uint64_t got, std::uint64_t put);
  std::size_t piece_bytes();

  std::uint64_t follow(const QueueCursor::Point& got, std::uint64_t put);
  void map_for_get(int segment);
  void take_record(const QueueRing::Record& record);
  bool take_pieces(Bytes& message);
  bool wait_for_piece();
  void give_memory_back();

  const int maxsize_;
  const QueueSettings settings_;
  const std::chrono::nanoseconds spin_;
  GrowingMapping memory_;
  const QueueRing ring_;
  Words* const words_;
  std::atomic<bool> is_closed_{false};  // in this process
};

}  // namespace multiprocessing::detail
