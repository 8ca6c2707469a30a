// SPDX-License-Identifier: MIT
#pragma once

#include "ipc/held_mutex.hpp"
#include "ipc/queue_cursor.hpp"
#include "ipc/queue_ring.hpp"
#include "shm/mapping.hpp"

#include <array>
#include <atomic>

namespace multiprocessing::detail {

struct QueueSettings {
  std::size_t ring_bytes = std::size_t{256} << 20;   // a power of 2
  std::size_t piece_bytes = std::size_t{1} << 20;    // of a message that is larger; two fit the ring
  std::size_t window_bytes = std::size_t{64} << 10;  // an empty queue that has come so far begins anew
};

// A ring of messages. Putters have a lock, and getters have one. A message is written behind all others, and is there
// when the putters' cursor is moved beyond it; a getter copies it, and has it when it moves the getters' cursor. So
// whoever is killed has done it, or nothing: the next one finds all in order, and writes or reads the same place again.
// One putter at a time waits for room, and one getter for a message: inside their lock, where the others wait for it.
//
// A message larger than the ring goes in pieces, each published when all before it has been taken. Its getter must not
// wait for a dead putter. So there is a lock for even moves of the putters' cursor and one for odd ones: who streams
// holds that of the next move until it is made, and before that takes the one of the move after it, if there is any. A
// getter that waits for a piece waits for the lock of the next move: when it has that, the piece is there, or never
// comes. No deadlock: the getter waits only for the next move, as it has taken all before; the putter takes the other
// lock only when all before has been taken. What is left of a message shows by itself: in the middle of one comes
// another, or a middle comes first, which the next getter drops.
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
  // How far the other side had come when its cursor was last read, so that it is not read for each message.
  struct Seen {
    std::uint64_t position = 0;
    std::uint64_t messages = 0;
  };
  struct Words {
    RobustMutex putters;
    Seen got_seen;  // by putters
    alignas(64) QueueCursor put;
    alignas(64) RobustMutex getters;
    std::uint64_t put_seen = 0;  // by getters: a position
    alignas(64) QueueCursor got;
    alignas(64) std::array<RobustMutex, 2> next_move;
    RobustMutex finishers;
    RungWord finished;  // messages
  };
  void check_open(const char* what) const;
  RobustMutex& lock_of_move(std::uint32_t move) { return words_->next_move[move % 2]; }
  void put_whole(const Bytes& message, Deadline deadline);
  void put_pieces(const Bytes& message, Deadline deadline);
  void wait_for_room(std::uint64_t position, std::uint64_t messages, Deadline deadline);
  void take_record(const QueueRing::Record& record);
  bool take_pieces(Bytes& message);
  bool wait_for_piece();
  void begin_anew();

  const int maxsize_;
  const QueueSettings settings_;
  const std::chrono::nanoseconds spin_;
  SharedMapping mapping_;
  Words* const words_;
  const QueueRing ring_;
  std::atomic<bool> is_closed_{false};  // in this process
};

}  // namespace multiprocessing::detail
